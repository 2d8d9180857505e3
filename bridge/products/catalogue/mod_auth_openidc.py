"""Apache with mod_auth_openidc."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

MOD_AUTH_OPENIDC = Product(
    id="mod-auth-openidc",
    name=Label("Apache (mod_auth_openidc)", "Apache (mod_auth_openidc)"),
    about=Label(
        "ម៉ាស៊ីនមេ Apache ដែលការពារទំព័រ ឬកម្មវិធីនៅពីក្រោយវា។",
        "An Apache server that guards pages, or an application behind it.",
    ),
    kind="web",
    places=(base("https://intranet.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/signed-in",),
        "post_logout_redirect_uris": ("{base}/",),
        "scope": ("openid", "profile"),
    },
    pkce="by_its_settings",
    reads="both",
    claims=("preferred_username", "name"),
    user_name="preferred_username",
    logout=("rp_initiated", "back_channel"),
    version="2.4.12.3",
    own_secrets=("crypto_passphrase",),
    quirks=(
        Label(
            "PKCE បិទតាមលំនាំដើម៖ `OIDCPKCEMethod S256` បើកវា។",
            "PKCE is off unless told: `OIDCPKCEMethod S256` switches it on.",
        ),
        Label(
            "អាសយដ្ឋានត្រឡប់ ត្រូវស្ថិតក្រោមទំព័រដែលការពារ ហើយមិនមែនជាទំព័រពិតទេ។",
            "The redirect URI has to lie below the guarded pages, and is no page itself.",
        ),
        Label(
            "កម្មវិធីទទួលព័ត៌មានជា `OIDC_CLAIM_name` ជាដើម និងឈ្មោះអ្នកប្រើជា `REMOTE_USER`។",
            "The application gets claims as `OIDC_CLAIM_name` and so on, the user name as `REMOTE_USER`.",
        ),
        Label(
            "តំណចាកចេញគឺ `/signed-in?logout=` បូកនឹងអាសយដ្ឋានត្រឡប់; `/signed-in?logout=backchannel` ទទួលដំណឹងចាកចេញ។",
            "A link for signing out is `/signed-in?logout=` with where to go then; at "
            "`/signed-in?logout=backchannel` it can hear of sign-outs (`backchannel_logout_uri`).",
        ),
    ),
    templates=(
        Template(
            file="apache.conf",
            format="apache",
            title=Label("ការកំណត់របស់ Apache", "Apache's settings"),
            goes_to="/etc/apache2/sites-available/…",
            where=Label("ដាក់ក្នុង `<VirtualHost>` នៃគេហទំព័រ។", "Put it into the `<VirtualHost>` of the site."),
            before=(
                Label(
                    "ដំឡើង និងបើកម៉ូឌុល៖ `apt install libapache2-mod-auth-openidc && a2enmod auth_openidc`។",
                    "Install and enable the module: "
                    "`apt install libapache2-mod-auth-openidc && a2enmod auth_openidc`.",
                ),
                Label(
                    "បង្កើត `crypto_passphrase`៖ `openssl rand -hex 32`។",
                    "Make the `crypto_passphrase`: `openssl rand -hex 32`.",
                ),
            ),
            after=(
                Label(
                    "ពិនិត្យដោយ `apachectl configtest` រួចផ្ទុកឡើងវិញ។",
                    "Check it by `apachectl configtest`, then reload Apache.",
                ),
            ),
        ),
    ),
)
