"""Every setting of Signpost: one typed class, read from the environment and from `.env`.

`load_settings()` is what programs call. It also refuses variables that begin with `SIGNPOST_` and are no
setting, so that a misspelt name is told, not ignored. `.env.example` lists the same settings (tested).
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.brands import brands_in
from bot.settings_checks import PREFIX, desk_faults, fault_line, split, teams_faults, variable_name

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT_SECRET = "development-only-secret-never-use-it-in-production"  # noqa: S105 - refused there
SHORTEST_PRODUCTION_SECRET = 32


class SettingsError(Exception):
    """A setting is missing, wrong or unknown; the text names each one on a line of its own."""


class Settings(BaseSettings):
    """The settings of every process of one installation. Relative paths count from the project's folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=PROJECT_ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    environment: Literal["development", "production"] = Field(
        "development", description="development or production. Production refuses the default secret."
    )
    secret: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        description="Signs the choices that are offered. In production: your own, at least 32 characters.",
    )

    host: str = Field("127.0.0.1", description="Address on which the front door listens.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the front door, the only public one.")
    engine_port: int = Field(5005, ge=1, le=65535, description="Port of the engine, on 127.0.0.1.")
    actions_port: int = Field(5055, ge=1, le=65535, description="Port of the action server, on 127.0.0.1.")
    engine_url: str = Field("", description="Where the door finds the engine. Empty: 127.0.0.1 and the port.")
    actions_url: str = Field("", description="Where the engine finds the actions. Empty: 127.0.0.1 and the port.")

    content_dir: Path = Field(Path("content"), description="Folder of the offers as YAML.")
    var_dir: Path = Field(Path(".var"), description="Folder of everything that is made at run time.")
    models_dir: Path | None = Field(None, description="Folder of the trained model. Empty: models in the var folder.")
    knowledge_url: str = Field(
        "",
        description="Database of the knowledge base (SQLAlchemy URL). Empty: SQLite file in the var folder.",
    )
    tracker_db: Path | None = Field(
        None, description="SQLite file of the engine's conversations. Empty: tracker.db in the var folder."
    )

    records_url: str = Field(
        "",
        description="Database of what people make here: enquiries, replies, reports (SQLAlchemy URL; PostgreSQL: "
        "postgresql+psycopg://...). Empty: SQLite file in the var folder.",
    )
    reports_keep_days: int = Field(
        180,
        ge=1,
        description="Days after which a report that an answer is wrong, or an unanswered question, is deleted.",
    )
    enquiries_keep_days: int = Field(
        365, ge=1, description="Days after the last change after which an enquiry and its reply are deleted."
    )
    counts_keep_days: int = Field(
        730, ge=1, description="Days after which counts of questions and lines of the audit log are deleted."
    )

    engine_timeout_seconds: float = Field(9.0, gt=0, description="Longest wait of the door for the engine.")
    action_timeout_seconds: float = Field(
        5.0, gt=0, description="Longest time for one action; shorter than the wait for the engine."
    )
    start_timeout_seconds: float = Field(120.0, gt=0, description="Longest wait for a part to get ready at start.")

    max_message_chars: int = Field(8000, ge=1, description="Longest message, in characters.")
    max_body_bytes: int = Field(65536, ge=1024, description="Largest body of a request, in bytes.")
    max_sender_chars: int = Field(128, ge=16, description="Longest sender id, in characters.")
    messages_per_minute_per_sender: int = Field(30, ge=1, description="Messages a minute from one conversation.")
    messages_per_minute_per_address: int = Field(120, ge=1, description="Messages a minute from one address.")
    rate_limit_exempts_loopback: bool = Field(True, description="Whether this machine itself is not limited.")
    trusted_proxies: str = Field(
        "", description="Addresses of proxies whose X-Forwarded-For is believed, with commas. Empty: none."
    )

    allowed_origins: str = Field(
        "", description="Other sites whose pages may call the door (CORS), with commas. Empty: none."
    )
    frame_ancestors: str = Field("'self'", description="Sites that may show the chat in a frame (CSP syntax).")

    brands: str = Field(
        "",
        description='Name and colour of areas: {"suffolk": {"name": "Suffolk SEND help", "colour": "#1d4f6e"}}.',
    )
    public_url: str = Field(
        "", description="Address of the front door as people see it, for case links. Empty: as it was asked."
    )

    desk_dangerously_allow_development_sign_in: bool = Field(
        False,
        description="Lets anybody on this machine into the desk as an invented person. Refused outside development "
        "and on any address but the loopback.",
    )
    desk_oidc_metadata_url: str = Field(
        "",
        description="OpenID Connect metadata of the council's own tenant, never of 'common' "
        "(https://login.microsoftonline.com/<tenant>/v2.0/.well-known/openid-configuration). Empty: nobody signs in.",
    )
    desk_oidc_issuer: str = Field("", description="Issuer of its tokens, exactly as they name it.")
    desk_oidc_tenant: str = Field("", description="Tenant id (claim `tid`) that its tokens must name.")
    desk_oidc_client_id: str = Field("", description="Client id of the desk's own registration.")
    desk_oidc_client_secret: SecretStr = Field(SecretStr(""), description="Client secret of that registration.")
    desk_idle_minutes: int = Field(30, ge=1, description="Idle minutes after which a person is signed out of the desk.")
    desk_longest_hours: int = Field(10, ge=1, description="Hours after which a person signs in again in any case.")

    teams_app_id: str = Field(
        "", description="Application id of the bot's registration. Empty: Teams is off and its endpoint answers 503."
    )
    teams_app_secret: SecretStr = Field(SecretStr(""), description="Client secret of that registration.")
    teams_tenant: str = Field("", description="Tenant id of that registration, which is single-tenant.")
    teams_allowed_tenants: str = Field(
        "", description="Tenant ids whose people may ask besides that of the registration, with commas."
    )
    teams_area: str = Field("", description="Area that is taken for granted in Teams, such as suffolk. Empty: none.")
    teams_developer_name: str = Field("", description="Who offers the app, as Teams shows it.")
    teams_developer_website: str = Field("", description="Website of whoever offers the app.")
    teams_terms_url: str = Field("", description="Page with the terms of use of the app. Empty: the help page.")
    teams_dangerously_allow_unauthenticated_requests: bool = Field(
        False, description="Lets anybody on this machine speak as Teams. Refused as the one for the desk is."
    )

    retention_hours: int = Field(48, ge=1, description="Idle hours after which a conversation is deleted.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="DEBUG, INFO, WARNING, ERROR.")
    log_max_bytes: int = Field(5_000_000, ge=10_000, description="Size at which a log file is begun anew, in bytes.")
    log_backups: int = Field(3, ge=0, description="Number of older log files kept for each part.")
    metrics_enabled: bool = Field(False, description="Whether the door answers /metrics (Prometheus).")

    @field_validator("content_dir", "var_dir", "models_dir", "tracker_db")
    @classmethod
    def _count_from_project(cls, path: Path | None) -> Path | None:
        return None if path is None else (PROJECT_ROOT / path.expanduser())

    @field_validator("brands")
    @classmethod
    def _are_readable(cls, brands: str) -> str:
        brands_in(brands)
        return brands

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("it begins with https:// (or http://)")
        return url.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _fill_derived(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Fill the settings whose empty default depends on another one."""

        def value_of(name: str) -> Any:
            return values.get(name) or cls.model_fields[name].default

        filled = dict(values)
        var_dir = PROJECT_ROOT / Path(value_of("var_dir")).expanduser()
        filled["engine_url"] = value_of("engine_url") or f"http://127.0.0.1:{value_of('engine_port')}"
        filled["actions_url"] = value_of("actions_url") or f"http://127.0.0.1:{value_of('actions_port')}"
        filled["knowledge_url"] = value_of("knowledge_url") or f"sqlite:///{var_dir / 'knowledge.db'}"
        filled["records_url"] = value_of("records_url") or f"sqlite:///{var_dir / 'records.db'}"
        filled["models_dir"] = value_of("models_dir") or var_dir / "models"
        filled["tracker_db"] = value_of("tracker_db") or var_dir / "tracker.db"
        return filled

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        ports = {"port": self.port, "engine_port": self.engine_port, "actions_port": self.actions_port}
        if len(set(ports.values())) < len(ports):
            names = ", ".join(f"{variable_name(name)}={port}" for name, port in ports.items())
            raise ValueError(f"the ports must differ: {names}")
        if self.action_timeout_seconds >= self.engine_timeout_seconds:
            raise ValueError("SIGNPOST_ACTION_TIMEOUT_SECONDS must be less than SIGNPOST_ENGINE_TIMEOUT_SECONDS")
        if self.environment == "production":
            secret = self.secret.get_secret_value()
            if secret == DEVELOPMENT_SECRET:
                raise ValueError("SIGNPOST_SECRET: production needs your own secret, not the default one")
            if len(secret) < SHORTEST_PRODUCTION_SECRET:
                shortest = SHORTEST_PRODUCTION_SECRET
                raise ValueError(f"SIGNPOST_SECRET: production needs at least {shortest} characters")
        plain = {name: self._plain(name) for name in type(self).model_fields}
        faults = [
            *desk_faults(plain, is_production=self.is_production),
            *teams_faults(plain, os.environ, is_production=self.is_production),
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _plain(self, name: str) -> Any:
        value = getattr(self, name)
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    @property
    def is_production(self) -> bool:
        """Whether this installation serves the public."""
        return self.environment == "production"

    @property
    def models_path(self) -> Path:
        """Folder of the trained model, absolute."""
        assert self.models_dir is not None  # filled by _fill_derived
        return self.models_dir

    @property
    def model_file(self) -> Path:
        """The trained model that the engine loads."""
        return self.models_path / "signpost.tar.gz"

    @property
    def logs_dir(self) -> Path:
        """Folder of each part's log."""
        return self.var_dir / "logs"

    @property
    def trusted_proxy_list(self) -> list[str]:
        """`trusted_proxies` as a list."""
        return split(self.trusted_proxies)

    @property
    def allowed_origin_list(self) -> list[str]:
        """`allowed_origins` as a list."""
        return split(self.allowed_origins)

    @property
    def teams_tenant_list(self) -> list[str]:
        """Tenants whose people may ask in Teams, in lower case."""
        return [tenant.lower() for tenant in [self.teams_tenant, *split(self.teams_allowed_tenants)] if tenant]

    def as_environment(self) -> dict[str, str]:
        """All settings as environment variables, the secret too, so that all parts agree."""
        values: dict[str, str] = {}
        for name in type(self).model_fields:
            text = self._plain(name)
            values[variable_name(name)] = str(text).lower() if isinstance(text, bool) else str(text)
        return values


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """One line for each variable with our prefix that is no setting, with a name that is near it."""
    known = {variable_name(name) for name in Settings.model_fields}
    lines = []
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            lines.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
    return lines


def load_settings(env_file: Path | None = PROJECT_ROOT / ".env") -> Settings:
    """Settings from the environment, then `env_file`, then the defaults.

    Raises: SettingsError: a variable is unknown or a value is wrong; all faults at once, no values.
    """
    from_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    faults = unknown_variables({**{name: value or "" for name, value in from_file.items()}, **os.environ})
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        faults += [fault_line(fault) for fault in error.errors(include_input=False, include_url=False)]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def env_example() -> str:
    """Text of `.env.example`: every setting with its description and default, made from the class."""
    lines = ["# Every setting of Signpost with its default. Copy this file to .env and change what you need."]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        text = str(default).lower() if isinstance(default, bool) else str("" if default is None else default)
        if "'" in text:  # else the quotes would be taken for those of the file's own syntax
            text = f'"{text}"'
        lines += ["", f"# {field.description}", f"# {variable_name(name)}={text}"]
    return "\n".join(lines) + "\n"
