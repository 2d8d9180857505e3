"""Nextcloud with its app user_oidc."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

NEXTCLOUD = Product(
    id="nextcloud",
    name=Label("Nextcloud (user_oidc)", "Nextcloud (user_oidc)"),
    about=Label("ឯកសារ និងការងាររួមគ្នា។", "Files and working together."),
    kind="web",
    places=(base("https://cloud.example.gov.kh"),),
    fields={
        # The second where its addresses still have index.php.
        "redirect_uris": ("{base}/apps/user_oidc/code", "{base}/index.php/apps/user_oidc/code"),
        "post_logout_redirect_uris": ("{base}/",),
        "scope": ("openid", "profile", "email"),
        "claims_in_id_token": True,
    },
    pkce="by_its_settings",
    reads="id_token",
    claims=("sub", "name", "email"),
    user_name="sub",
    logout=("rp_initiated",),
    quirks=(
        Label(
            "បើគ្មាន `--unique-uid=0` ឈ្មោះអ្នកប្រើគឺជា hash នៃអ្នកផ្ដល់ និង `sub`។",
            "Without `--unique-uid=0` its user id is a hash of the provider and `sub`.",
        ),
        Label(
            "វាអានព័ត៌មានពី ID token៖ `claims_in_id_token` ត្រូវបើក។",
            "It reads claims from the ID token: `claims_in_id_token` has to be on.",
        ),
        Label(
            "សោសម្ងាត់ស្ថិតក្នុងប្រវត្តិពាក្យបញ្ជា៖ លុបវាចេញក្រោយពេលដំណើរការ។",
            "The secret stays in the shell's history: take it out afterwards.",
        ),
    ),
    templates=(
        Template(
            file="nextcloud.sh",
            format="shell",
            title=Label("ពាក្យបញ្ជា", "The commands"),
            goes_to="",
            where=Label(
                "ដំណើរការលើម៉ាស៊ីនមេ ក្នុងថតរបស់ Nextcloud (ដែលមាន `occ`)។",
                "Run them on the server, in Nextcloud's folder (where `occ` lies).",
            ),
            before=(
                Label(
                    "ដំឡើងកម្មវិធី “OpenID Connect user backend” (user_oidc)។",
                    "Install the app “OpenID Connect user backend” (user_oidc).",
                ),
            ),
            after=(
                Label(
                    "បើកទំព័រចូលប្រើ ហើយចុច “Login with CamDigiKey”។",
                    "Open its sign-in page and press “Login with CamDigiKey”.",
                ),
            ),
        ),
    ),
)
