"""A single page with oidc-client-ts."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

OIDC_CLIENT_TS = Product(
    id="oidc-client-ts",
    name=Label("ទំព័រតែមួយ (oidc-client-ts)", "Single page (oidc-client-ts)"),
    about=Label(
        "កម្មវិធីក្នុងកម្មវិធីរុករក ដូចជា React, Vue ឬ Angular។",
        "An application in the browser, such as one with React, Vue or Angular.",
    ),
    kind="single-page",
    places=(base("https://page.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/callback",),
        "post_logout_redirect_uris": ("{base}/",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_itself",
    reads="both",
    claims=("sub", "name", "email"),
    user_name="sub",
    logout=("rp_initiated",),
    version="3.5.0",
    quirks=(
        Label(
            "វាហៅ token និង userinfo ពីកម្មវិធីរុករក៖ ប្រភពរបស់វាត្រូវមានក្នុង `allowed_origins`។",
            "It calls token and userinfo from the browser: its origin has to be among `allowed_origins`.",
        ),
        Label(
            "ថូខឹនស្ថិតក្នុង sessionStorage៖ ស្គ្រីបផ្សេងក្នុងទំព័រអាចអានវាបាន។",
            "Tokens lie in sessionStorage, where any script of the page can read them.",
        ),
    ),
    templates=(
        Template(
            file="oidc-client-ts.js",
            format="javascript",
            title=Label("ម៉ូឌុលសម្រាប់ចូលប្រើ", "A module for signing in"),
            goes_to="camdigikey.js",
            where=Label(
                "ដាក់ក្នុងកម្មវិធី; វាក៏ជា TypeScript ត្រឹមត្រូវដែរ។",
                "Put it into the application; it is TypeScript too.",
            ),
            before=(Label("ដំណើរការ `npm install oidc-client-ts@3`។", "Run `npm install oidc-client-ts@3`."),),
            after=(
                Label("ប៊ូតុងចូលប្រើ ហៅ `signIn()`។", "A button for signing in calls `signIn()`."),
                Label(
                    "ទំព័រនៃអាសយដ្ឋានត្រឡប់ ហៅ `await signedIn()`។",
                    "The page at the redirect URI calls `await signedIn()`.",
                ),
            ),
        ),
    ),
)
