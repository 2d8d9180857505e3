"""Nothing personal lies in clear in the files of Redis and SQLite."""

from __future__ import annotations

from pathlib import Path

from bridge.domain.consent import Consent
from bridge.domain.ids import ClientId, Kid, SubjectId
from bridge.ports.basics import Rate
from bridge.ports.keys import SigningKey
from bridge.stores import embedded, migrate
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.sealing import SealedInteractions
from tests.stores import samples
from tests.stores.both import composed
from tests.stores.samples import COUNTERS, NOW, SEALER

SECRETS = (
    "the-code",
    "the-access",
    "the-refresh",
    "the-new",
    "the-answer",
    "the-auth-token",
    "private-d",
    "pairwise-s",
)


def test_no_file_tells_a_name_a_number_or_a_token(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bridge.sqlite'}"
    migrate.upgrade(url)
    server, engine = embedded.start(tmp_path / "redis"), sql_stores.connect(url)
    redis = redis_stores.connect(server.url)
    both = composed(redis, engine)
    both.sessions.save(samples.session(), NOW)
    redis_stores.RedisHandoffs(redis, SEALER, COUNTERS).begin(samples.handoff(), 60, replace=True)
    redis_stores.RedisConfirmations(redis, SEALER, COUNTERS).put(samples.pending_confirmation(), 60)
    redis_stores.RedisRateLimiter(redis).hit(Rate("Sokunthea", 1, 60), now=float(NOW))
    SealedInteractions(SEALER, redis_stores.Parking(redis), COUNTERS, max_length=9).seal(
        samples.interaction()
    )
    for offline in (False, True):
        grant = samples.grant(f"grant-{offline}", offline=offline)
        assert both.grants.open(grant, NOW, (f"{grant.id}.the-code", samples.code(grant)))
        access = f"{grant.id}.the-access", samples.access(grant)
        old, new = samples.refresh_text(grant, "the-refresh"), samples.refresh_text(grant, "the-new")
        assert both.tokens.mint(grant, access, (old, samples.refresh(grant)))
        both.tokens.rotate(old, access, (new, samples.refresh(grant)), b"the-answer", NOW)
    sql_stores.SqlSpentTokens(engine).spend("the-auth-token", NOW)
    sql_stores.SqlSigningKeys(engine, SEALER).add(SigningKey(Kid("k"), "RS256", "private-d", NOW))
    sql_stores.SqlSecrets(engine, SEALER).get_or_make("pairwise", lambda: b"pairwise-s")
    consent = Consent(SubjectId("s"), ClientId("c"), frozenset({"openid"}), frozenset(), NOW)
    sql_stores.SqlConsents(engine).save(consent)
    server.stop()
    engine.dispose()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    found = b"".join(path.read_bytes() for path in files)
    assert b"bridge:{grant-True}:a:" in found
    assert b"openid" in found
    for text in (*samples.NAMES, *SECRETS):
        assert text.encode() not in found
