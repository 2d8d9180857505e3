"""oauth2-proxy, which stands before an application that knows nothing of sign-ins."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

OAUTH2_PROXY = Product(
    id="oauth2-proxy",
    name=Label("oauth2-proxy", "oauth2-proxy"),
    about=Label(
        "ប្រូកស៊ី ដែលការពារកម្មវិធីដែលគ្មានការចូលប្រើផ្ទាល់ខ្លួន។",
        "A proxy before an application that has no sign-in of its own.",
    ),
    kind="web",
    places=(base("https://tools.example.gov.kh"),),
    fields={"redirect_uris": ("{base}/oauth2/callback",), "scope": ("openid", "profile")},
    pkce="by_its_settings",
    reads="both",
    claims=("sub", "preferred_username"),
    user_name="preferred_username",
    logout=("own",),
    version="7",
    own_secrets=("cookie_secret",),
    quirks=(
        Label(
            'PKCE បិទតាមលំនាំដើម៖ `code_challenge_method = "S256"` បើកវា។',
            'PKCE is off unless told: `code_challenge_method = "S256"` switches it on.',
        ),
        Label(
            'វាតម្រូវអ៊ីមែល៖ `oidc_email_claim = "sub"` ប្រើលេខសម្គាល់ជំនួស ដូច្នេះអ្នកគ្មានអ៊ីមែលក៏ចូលបាន។',
            'It wants an e-mail address: with `oidc_email_claim = "sub"` it takes the identifier in its '
            "place, and lets people without one in.",
        ),
        Label(
            "ជាមួយ scope `email` អាសយដ្ឋានដែលមិនទាន់ផ្ទៀងផ្ទាត់ធ្វើឱ្យវាឆ្លើយ 500 "
            "លើកលែងតែ `insecure_oidc_allow_unverified_email`។",
            "Where you take the e-mail address after all, one that is not verified is answered 500 there, "
            "unless `insecure_oidc_allow_unverified_email` is set.",
        ),
    ),
    templates=(
        Template(
            file="oauth2-proxy.cfg",
            format="toml",
            title=Label("ការកំណត់របស់ oauth2-proxy", "oauth2-proxy's settings"),
            goes_to="/etc/oauth2-proxy.cfg",
            where=Label(
                "ឯកសារដែលប្រាប់ដោយ `--config`; `upstreams` គឺជាកន្លែងដែលកម្មវិធីរបស់អ្នកស្តាប់។",
                "The file that `--config` names; `upstreams` is where your application listens.",
            ),
            before=(
                Label(
                    "បង្កើត `cookie_secret`៖ `openssl rand -base64 32 | tr -- '+/' '-_'`។",
                    "Make the `cookie_secret`: `openssl rand -base64 32 | tr -- '+/' '-_'`.",
                ),
            ),
            after=(Label("ចាប់ផ្ដើម oauth2-proxy ឡើងវិញ។", "Restart oauth2-proxy."),),
        ),
    ),
)
