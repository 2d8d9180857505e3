"""`/authorize` and `/logout` by requests that are wrong as HTTP, before a parameter is read."""

from __future__ import annotations

from tests.negative.case import Case

TRANSPORT = (
    Case("DESIGN-6.14 query not UTF-8", "page 400", raw=b"client_id=web&\xff\xfe=1"),
    Case("DESIGN-6.14 query of broken percents", "page 400", raw=b"client_id=%zz%&redirect_uri=%"),
    Case("DESIGN-6.14 query of ampersands", "page 400", raw=b"&" * 5000),
    Case("DESIGN-6.14 a thousand parameters", "page 400", raw=b"&".join(b"a%d=1" % n for n in range(1000))),
    Case("DESIGN-6.14 PUT", "page 405", method="PUT"),
    Case("DESIGN-6.14 DELETE", "page 405", method="DELETE"),
    Case("DESIGN-6.3 HEAD", "page 405", method="HEAD"),
    Case("DESIGN-6.3 prefetch", "page 403", headers={"Sec-Purpose": "prefetch"}),
    Case(
        "DESIGN-6.14 POST of JSON",
        "page 400",
        method="POST",
        headers={"Content-Type": "application/json"},
        raw=b"{}",
    ),
    Case("DESIGN-6.14 POST without a body", "page 400", method="POST", raw=b""),
    *(
        Case(
            f"DESIGN-6.14 POST that grows {why}",
            "page 413",
            method="POST",
            path="/logout",
            headers={"Accept": "text/html"},
            raw=b"x=" + raw,
        )
        for why, raw in (
            ("to JSON escapes", b"%01" * 20_000),
            ("by control characters", b"\x01" * 62_000),
            ("by quotes", b'"' * 62_000),
        )
    ),
    Case("DESIGN-6.14 POST too large", "page 413", method="POST", changes={"x": "y" * 70_000}),
    Case(
        "DESIGN-6.1 POST to another redirect_uri",
        "page 400",
        {"redirect_uri": "https://evil.example"},
        method="POST",
    ),
    Case("RFC6749-4.1.2.1 POST of a bad scope", "back invalid_scope", {"scope": "x"}, method="POST"),
    Case("DESIGN-6.14 another Host", "page 421", headers={"Host": "evil.example"}),
    Case("DESIGN-6.14 no Host's port", "page 421", headers={"Host": "127.0.0.1"}),
    Case(
        "DESIGN-6.16 X-Forwarded-Host from a stranger",
        "page 400",
        {"client_id": "x"},
        headers={"X-Forwarded-Host": "evil"},
    ),
)
