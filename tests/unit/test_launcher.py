"""The launcher's decisions, without processes: what is started, in which order, with which patience."""

import dataclasses
from pathlib import Path

import pytest

from bot.launcher.parts import Part, content_job, door_address, environment_of, signpost_parts
from bot.launcher.supervisor import Policy, exit_words
from bot.settings import Settings

SETTINGS = Settings(_env_file=None, port=8100, engine_port=5100, actions_port=5200, var_dir=Path("/var/example"))


def part(name: str, settings: Settings = SETTINGS) -> Part:
    return next(each for each in signpost_parts(settings) if each.name == name)


def test_engine_and_actions_are_only_ever_offered_on_the_loopback():
    open_door = SETTINGS.model_copy(update={"host": "0.0.0.0"})
    assert part("engine", open_door).host == "127.0.0.1"
    assert part("actions", open_door).host == "127.0.0.1"
    assert part("actions", open_door).env["SANIC_HOST"] == "127.0.0.1"
    interface = part("engine", open_door).argv.index("--interface")
    assert part("engine", open_door).argv[interface + 1] == "127.0.0.1"
    assert part("door", open_door).host == "0.0.0.0"


def test_ports_and_health_addresses_follow_the_settings():
    assert part("engine").health_url == "http://127.0.0.1:5100/"
    assert part("actions").health_url == "http://127.0.0.1:5200/health"
    assert part("door").health_url == "http://127.0.0.1:8100/healthz"
    assert part("door").ready_url == "http://127.0.0.1:8100/readyz"
    for each in signpost_parts(SETTINGS):
        assert each.env[each.port_setting] == str(each.port)


def test_the_engine_waits_for_its_model_and_those_that_read_the_offers_for_the_offers():
    assert part("engine").after == ("model",)
    assert part("actions").after == ("content",)
    assert part("door").after == ("content",)
    assert content_job(SETTINGS).after == ()


def test_every_part_gets_all_settings_and_telemetry_is_off():
    for each in (*signpost_parts(SETTINGS), content_job(SETTINGS)):
        assert SETTINGS.as_environment().items() <= dict(each.env).items()
        assert each.env["RASA_TELEMETRY_ENABLED"] == "false"


def test_what_the_caller_adds_to_the_environment_wins():
    assert environment_of(SETTINGS, {"SIGNPOST_PORT": "1"})["SIGNPOST_PORT"] == "1"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8100"),
        ("0.0.0.0", "http://127.0.0.1:8100"),
        ("::", "http://[::1]:8100"),
        ("192.0.2.7", "http://192.0.2.7:8100"),
    ],
)
def test_the_address_printed_is_one_that_this_machine_reaches(host, address):
    assert door_address(SETTINGS.model_copy(update={"host": host})) == address


def test_the_pause_before_a_restart_doubles_up_to_its_limit():
    policy = Policy(first_pause_seconds=0.5, longest_pause_seconds=3)
    assert [policy.pause_seconds(deaths) for deaths in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, 3, 3]


def test_stopping_is_done_within_five_seconds_by_the_policy():
    assert Policy().stop_seconds + 1 < 5


@pytest.mark.parametrize(
    ("code", "words"), [(0, "exit code 0"), (3, "exit code 3"), (-9, "signal KILL"), (-99, "signal 99")]
)
def test_an_exit_code_is_told_in_words(code, words):
    assert exit_words(code) == words


def test_a_part_cannot_be_changed_once_made():
    with pytest.raises(dataclasses.FrozenInstanceError):
        part("engine").port = 1
