"""`signpost switch off | on | list`: the off switch, for whoever is at the machine. See docs/switching-off.md."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, NoReturn

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.records.database import Database
from bot.records.switches import ALL, CHANNELS, NoReasonError, Switch, Switches
from bot.settings import Settings, load_settings

BY = "command line"

app = typer.Typer(help="Switch Signpost off and on again: per area and per channel.", no_args_is_help=True)
Area = Annotated[str, typer.Option(help="Id of an area, such as suffolk. Left out: all areas.")]
Channel = Annotated[str, typer.Option(help=f"One of {', '.join(CHANNELS)}. Left out: all channels.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever looks at it later. No names of pupils or parents.")]


@app.command()
def off(reason: Reason, area: Area = ALL, channel: Channel = ALL) -> None:
    """Switch off: within five seconds nothing of it is answered any more."""
    _turn(area, channel, reason, is_off=True)


@app.command()
def on(reason: Reason, area: Area = ALL, channel: Channel = ALL) -> None:
    """Switch on again what was switched off under the same area and channel."""
    _turn(area, channel, reason, is_off=False)


@app.command("list")
def show(history: Annotated[bool, typer.Option(help="Every turn, the newest first.")] = False) -> None:
    """Show how the switches stand."""
    with _switches(load_settings()) as switches:
        shown = switches.history() if history else switches.current()
    for switch in shown:
        typer.echo(_line(switch))
    if not any(switch.is_off for switch in shown) and not history:
        typer.echo("Nothing is switched off.")


def _turn(area: str, channel: str, reason: str, *, is_off: bool) -> None:
    settings = load_settings()
    areas = sorted(file.parent.name for file in settings.content_dir.glob("*/authority.yml"))
    for kind, name, known in (("area", area, areas), ("channel", channel, CHANNELS)):
        if name != ALL and name not in known:
            _refuse(f"{name!r} is no {kind}. There are: {', '.join(known)}.")
    with _switches(settings) as switches:
        try:
            turned = switches.set(area, channel, is_off, reason, None, BY)
        except NoReasonError:
            _refuse("Say why: --reason is empty.")
        typer.echo(_line(turned))
        still = [s for s in switches.current() if s.is_off and not is_off and _overlap(s, turned)]
    for switch in still:
        typer.echo(f"Still off: {_line(switch)}")


@contextlib.contextmanager
def _switches(settings: Settings) -> Iterator[Switches]:
    database = Database(settings.records_url)
    try:
        database.upgrade()
        yield Switches(database)
    except SQLAlchemyError as error:
        _refuse(f"The database cannot be used: {type(error).__name__}. Stop the front door instead.")
    finally:
        database.close()


def _overlap(one: Switch, other: Switch) -> bool:
    """Whether both are about something that is the same: an area on a channel."""
    pairs = ((one.area, other.area), (one.channel, other.channel))
    return all(a == b or ALL in (a, b) for a, b in pairs)


def _line(switch: Switch) -> str:
    area, channel = switch.area or "all areas", switch.channel or "all channels"
    state = "off" if switch.is_off else "on"
    return f"{state:3} {area}, {channel}: {switch.reason} ({switch.by_name}, {switch.at:%Y-%m-%d %H:%M} UTC)"


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)
