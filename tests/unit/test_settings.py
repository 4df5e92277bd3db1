"""Settings: defaults, what is refused, what is derived, and `.env.example`."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import (
    DEVELOPMENT_SECRET,
    PROJECT_ROOT,
    Settings,
    SettingsError,
    env_example,
    load_settings,
    variable_name,
)

OWN_SECRET = "an-invented-secret-of-forty-characters-xx"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_name(name), raising=False)


def faults(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    return str(caught.value)


def test_defaults_serve_a_developer_and_listen_on_the_loopback():
    settings = load_settings(None)
    assert (settings.environment, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.engine_url == "http://127.0.0.1:5005"
    assert settings.actions_url == "http://127.0.0.1:5055"
    assert settings.knowledge_url == f"sqlite:///{PROJECT_ROOT}/.var/knowledge.db"
    assert settings.tracker_db == PROJECT_ROOT / ".var/tracker.db"
    assert settings.model_file == PROJECT_ROOT / ".var/models/signpost.tar.gz"
    assert settings.retention_hours == 48


def test_addresses_and_files_follow_the_ports_and_the_var_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("SIGNPOST_ENGINE_PORT", "6005")
    monkeypatch.setenv("SIGNPOST_ACTIONS_PORT", "6055")
    monkeypatch.setenv("SIGNPOST_VAR_DIR", str(tmp_path))
    settings = load_settings(None)
    assert settings.engine_url == "http://127.0.0.1:6005"
    assert settings.actions_url == "http://127.0.0.1:6055"
    assert settings.knowledge_url == f"sqlite:///{tmp_path}/knowledge.db"
    assert settings.models_path == tmp_path / "models"
    assert settings.logs_dir == tmp_path / "logs"


def test_what_is_said_outright_wins_over_what_is_derived(monkeypatch):
    monkeypatch.setenv("SIGNPOST_ENGINE_URL", "http://engine.example:1")
    monkeypatch.setenv("SIGNPOST_KNOWLEDGE_URL", "postgresql+psycopg://db.example/signpost")
    settings = load_settings(None)
    assert settings.engine_url == "http://engine.example:1"
    assert settings.knowledge_url == "postgresql+psycopg://db.example/signpost"


def test_an_empty_variable_means_the_default(monkeypatch):
    monkeypatch.setenv("SIGNPOST_PORT", "")
    assert load_settings(None).port == 8000


def test_production_refuses_the_default_secret_and_a_short_one_and_takes_a_good_one(monkeypatch):
    assert "SIGNPOST_SECRET" in faults(monkeypatch, SIGNPOST_ENVIRONMENT="production")
    assert "at least 32" in faults(monkeypatch, SIGNPOST_SECRET="x" * 31)
    monkeypatch.setenv("SIGNPOST_SECRET", OWN_SECRET)
    assert load_settings(None).is_production


def test_the_secret_is_never_shown(monkeypatch):
    monkeypatch.setenv("SIGNPOST_SECRET", OWN_SECRET)
    assert OWN_SECRET not in repr(load_settings(None))
    text = faults(monkeypatch, SIGNPOST_ENVIRONMENT="production", SIGNPOST_SECRET="short-secret")
    assert "short-secret" not in text


def test_all_faults_are_told_at_once_and_a_misspelt_name_with_the_right_one(monkeypatch):
    text = faults(monkeypatch, SIGNPOST_PROT="1", SIGNPOST_PORT="many", SIGNPOST_LOG_LEVEL="LOUD")
    lines = text.splitlines()
    assert lines[0] == "SIGNPOST_PROT is not a setting; did you mean SIGNPOST_PORT?"
    assert any(line.startswith("SIGNPOST_PORT: ") for line in lines)
    assert any(line.startswith("SIGNPOST_LOG_LEVEL: ") for line in lines)


def test_ports_must_differ_and_an_action_must_end_before_the_door_gives_up(monkeypatch):
    assert "must differ" in faults(monkeypatch, SIGNPOST_PORT="5005")
    monkeypatch.setenv("SIGNPOST_PORT", "8000")
    assert "must be less than" in faults(monkeypatch, SIGNPOST_ACTION_TIMEOUT_SECONDS="9")
    monkeypatch.setenv("SIGNPOST_ACTION_TIMEOUT_SECONDS", "8.9")
    assert load_settings(None).action_timeout_seconds == 8.9


@pytest.mark.parametrize(("port", "is_right"), [("0", False), ("1", True), ("65535", True), ("65536", False)])
def test_a_port_is_between_1_and_65535(monkeypatch, port, is_right):
    monkeypatch.setenv("SIGNPOST_PORT", port)
    if is_right:
        assert load_settings(None).port == int(port)
    else:
        with pytest.raises(SettingsError, match="SIGNPOST_PORT"):
            load_settings(None)


def test_an_env_file_is_read_the_environment_wins_and_its_unknown_names_are_told(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("SIGNPOST_PORT=9001\nSIGNPOST_RETENTION_HOURS=5\n")
    monkeypatch.setenv("SIGNPOST_PORT", "9002")
    settings = load_settings(file)
    assert (settings.port, settings.retention_hours) == (9002, 5)
    file.write_text("SIGNPOST_RETENTION=5\n")
    with pytest.raises(SettingsError, match="SIGNPOST_RETENTION is not a setting"):
        load_settings(file)


def test_a_child_given_the_settings_as_environment_reads_the_same_ones(monkeypatch, tmp_path):
    monkeypatch.setenv("SIGNPOST_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("SIGNPOST_METRICS_ENABLED", "true")
    settings = load_settings(None)
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings(None) == settings


def test_env_example_lists_every_setting_with_its_default_and_description():
    file = PROJECT_ROOT / ".env.example"
    assert file.read_text(encoding="utf-8") == env_example(), "make it again: make env-example"
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"# {field.description}\n# {variable_name(name)}=" in file.read_text(encoding="utf-8")


def test_env_example_with_all_lines_switched_on_gives_the_defaults(tmp_path):
    file = tmp_path / ".env"
    lines = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line.removeprefix("# ") for line in lines if line.startswith("# SIGNPOST_")))
    assert set(dotenv_values(file)) == {variable_name(name) for name in Settings.model_fields}
    assert load_settings(file) == load_settings(None)
    assert load_settings(file).secret.get_secret_value() == DEVELOPMENT_SECRET


def test_relative_folders_count_from_the_project_not_from_where_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGNPOST_CONTENT_DIR", "content")
    assert load_settings(None).content_dir == PROJECT_ROOT / "content"
    monkeypatch.setenv("SIGNPOST_CONTENT_DIR", str(tmp_path))
    assert load_settings(None).content_dir == Path(tmp_path)


OIDC = {
    "SIGNPOST_DESK_OIDC_METADATA_URL": "https://idp.example/.well-known/openid-configuration",
    "SIGNPOST_DESK_OIDC_ISSUER": "https://idp.example",
    "SIGNPOST_DESK_OIDC_TENANT": "an-invented-tenant",
    "SIGNPOST_DESK_OIDC_CLIENT_ID": "an-invented-client",
    "SIGNPOST_DESK_OIDC_CLIENT_SECRET": "an-invented-client-secret",
}
PRODUCTION = {
    "SIGNPOST_ENVIRONMENT": "production",
    "SIGNPOST_SECRET": OWN_SECRET,
    "SIGNPOST_PUBLIC_URL": "https://signpost.example",
}
DEVELOPMENT_SIGN_IN = "SIGNPOST_DESK_DANGEROUSLY_ALLOW_DEVELOPMENT_SIGN_IN"


def test_the_sign_in_of_the_desk_is_set_wholly_or_not_at_all(monkeypatch):
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    assert load_settings(None).desk_oidc_client_id == "an-invented-client"
    monkeypatch.delenv("SIGNPOST_DESK_OIDC_TENANT")
    monkeypatch.delenv("SIGNPOST_DESK_OIDC_CLIENT_SECRET")
    told = faults(monkeypatch)
    assert told.endswith(": SIGNPOST_DESK_OIDC_TENANT, SIGNPOST_DESK_OIDC_CLIENT_SECRET")
    assert "an-invented-client" not in told


@pytest.mark.parametrize("name", ["SIGNPOST_DESK_OIDC_METADATA_URL", "SIGNPOST_PUBLIC_URL"])
def test_in_production_people_sign_in_at_the_desk_over_https_only(monkeypatch, name):
    good = {**PRODUCTION, **OIDC}
    for each, value in good.items():
        monkeypatch.setenv(each, value)
    assert load_settings(None).is_production
    assert f"{name}: production needs" in faults(monkeypatch, **{name: good[name].replace("https", "http")})


def test_the_development_sign_in_is_for_development_on_this_machine_only(monkeypatch):
    monkeypatch.setenv(DEVELOPMENT_SIGN_IN, "true")
    for host in ("127.0.0.1", "localhost", "::1", "127.8.9.10"):
        monkeypatch.setenv("SIGNPOST_HOST", host)
        assert load_settings(None).desk_dangerously_allow_development_sign_in
    for host in ("0.0.0.0", "::", "10.0.0.1", "desk.example", "localhost.example"):
        assert DEVELOPMENT_SIGN_IN in faults(monkeypatch, SIGNPOST_HOST=host)
    monkeypatch.setenv("SIGNPOST_HOST", "127.0.0.1")
    assert f"{DEVELOPMENT_SIGN_IN}: never in production" in faults(monkeypatch, **PRODUCTION)


TEAMS = {
    "SIGNPOST_TEAMS_APP_ID": "11111111-2222-4333-8444-555555555555",
    "SIGNPOST_TEAMS_APP_SECRET": "an-invented-secret",
    "SIGNPOST_TEAMS_TENANT": "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee",
    "SIGNPOST_PUBLIC_URL": "https://signpost.test",
}


def test_teams_answers_its_own_tenant_and_those_that_are_named(monkeypatch):
    for name, value in TEAMS.items():
        monkeypatch.setenv(name, value)
    assert load_settings(None).teams_tenant_list == ["aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"]
    other = "99999999-2222-4333-8444-555555555555"
    monkeypatch.setenv("SIGNPOST_TEAMS_ALLOWED_TENANTS", f" {other} ,")
    assert load_settings(None).teams_tenant_list == ["aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", other]


@pytest.mark.parametrize("name", sorted(TEAMS))
def test_half_a_registration_for_teams_is_told(monkeypatch, name):
    said = faults(monkeypatch, **{each: value for each, value in TEAMS.items() if each != name})
    assert name in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNPOST_TEAMS_APP_ID", "signpost"),
        ("SIGNPOST_TEAMS_TENANT", "contoso.onmicrosoft.com"),
        ("SIGNPOST_TEAMS_ALLOWED_TENANTS", "99999999-2222-4333-8444-555555555555, all"),
    ],
)
def test_an_id_for_teams_that_is_none_is_told(monkeypatch, name, value):
    said = faults(monkeypatch, **{**TEAMS, name: value})
    assert said.startswith(f"{name}: an id has the form")
    assert value not in said


def test_teams_in_production_needs_a_public_address_with_https(monkeypatch):
    production = {"SIGNPOST_ENVIRONMENT": "production", "SIGNPOST_SECRET": OWN_SECRET}
    said = faults(monkeypatch, **{**TEAMS, **production, "SIGNPOST_PUBLIC_URL": "http://signpost.test"})
    assert said.startswith("SIGNPOST_PUBLIC_URL: in production Teams needs")


def test_unauthenticated_requests_are_for_development_on_the_loopback_only(monkeypatch):
    name = "SIGNPOST_TEAMS_DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS"
    monkeypatch.setenv(name, "true")
    assert load_settings(None).teams_dangerously_allow_unauthenticated_requests
    assert faults(monkeypatch, SIGNPOST_HOST="0.0.0.0").startswith(f"{name}: only while SIGNPOST_HOST is this machine")
    monkeypatch.delenv("SIGNPOST_HOST")
    said = faults(monkeypatch, SIGNPOST_ENVIRONMENT="production", SIGNPOST_SECRET=OWN_SECRET)
    assert said == f"{name}: never in production"


@pytest.mark.parametrize(
    ("value", "is_refused"), [("true", True), ("1", True), ("maybe", True), ("false", False), ("", False)]
)
def test_the_switch_of_the_teams_library_is_refused_in_production(monkeypatch, value, is_refused):
    monkeypatch.setenv("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", value)
    load_settings(None)
    monkeypatch.setenv("SIGNPOST_ENVIRONMENT", "production")
    monkeypatch.setenv("SIGNPOST_SECRET", OWN_SECRET)
    if is_refused:
        assert faults(monkeypatch).startswith("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS: ")
    else:
        assert load_settings(None).is_production
