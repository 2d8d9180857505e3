"""Node with openid-client."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

OPENID_CLIENT = Product(
    id="openid-client",
    name=Label("Node (openid-client)", "Node (openid-client)"),
    about=Label("កម្មវិធី JavaScript លើម៉ាស៊ីនមេ។", "A JavaScript application on a server."),
    kind="web",
    places=(base("https://node.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/callback",),
        "post_logout_redirect_uris": ("{base}/",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_its_settings",
    reads="userinfo",
    claims=("sub", "name", "email"),
    user_name="sub",
    logout=("rp_initiated",),
    version="6.8.9",
    quirks=(
        Label("វាពិនិត្យ iss, nonce និង at_hash ដោយខ្លួនឯង។", "It checks iss, nonce and at_hash by itself."),
        Label(
            "លើ http ធម្មតា វាត្រូវការ `allowInsecureRequests`៖ មានតែពេលសាកល្បងលើម៉ាស៊ីននេះ។",
            "On plain http it needs `allowInsecureRequests`: for trials on one machine alone.",
        ),
    ),
    templates=(
        Template(
            file="openid-client.mjs",
            format="javascript",
            title=Label("ម៉ូឌុលសម្រាប់ចូលប្រើ", "A module for signing in"),
            goes_to="camdigikey.mjs",
            where=Label(
                "ដាក់ក្នុងកម្មវិធី ហើយហៅ `signIn`, `signedIn` និង `signOut` ពីអាសយដ្ឋានរបស់វា។",
                "Put it into the application, whose routes call `signIn`, `signedIn` and `signOut`.",
            ),
            before=(Label("ដំណើរការ `npm install openid-client@6`។", "Run `npm install openid-client@6`."),),
            after=(
                Label(
                    "អាសយដ្ឋានចូលប្រើ បញ្ជូនកម្មវិធីរុករកទៅ `await signIn(session)`។",
                    "Where people sign in, redirect to `await signIn(session)`.",
                ),
                Label(
                    "អាសយដ្ឋានត្រឡប់ ហៅ `await signedIn(query, session)` ដែល query គឺជាផ្នែកក្រោយ `?`។",
                    "At the redirect URI, call `await signedIn(query, session)` with what stands behind `?`.",
                ),
            ),
        ),
    ),
)
