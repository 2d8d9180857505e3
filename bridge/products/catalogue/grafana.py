"""Grafana, by its generic OAuth."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

GRAFANA = Product(
    id="grafana",
    name=Label("Grafana", "Grafana"),
    about=Label("ផ្ទាំងក្រាហ្វិក និងការតាមដានប្រព័ន្ធ។", "Dashboards and monitoring."),
    kind="web",
    places=(base("https://grafana.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/login/generic_oauth",),
        "post_logout_redirect_uris": ("{base}/login",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_its_settings",
    reads="both",
    claims=("preferred_username", "name", "email"),
    user_name="preferred_username",
    logout=("rp_initiated",),
    quirks=(
        Label(
            "PKCE បិទតាមលំនាំដើម៖ `use_pkce = true` បើកវា។",
            "PKCE is off unless told: `use_pkce = true` switches it on.",
        ),
        Label(
            "បើគ្មាន `login_attribute_path` ឈ្មោះអ្នកប្រើគឺអ៊ីមែល ដែលមិនមែនគ្រប់គ្នាសុទ្ធតែមាន។",
            "Without `login_attribute_path` its user name is the e-mail address, which not everybody has.",
        ),
        Label(
            "សម្រាប់អ្នកគ្មានអ៊ីមែល វាសួរ `/userinfo/emails` ហើយចម្លើយ 404 គឺត្រឹមត្រូវ។",
            "For people without an e-mail address it asks `/userinfo/emails` too; the answer 404 is right.",
        ),
    ),
    templates=(
        Template(
            file="grafana.ini",
            format="grafana",
            title=Label("ការកំណត់របស់ Grafana", "Grafana's settings"),
            goes_to="/etc/grafana/grafana.ini",
            where=Label(
                "បន្ថែមទៅឯកសារកំណត់របស់ Grafana; ផ្នែក [server] ដែលមានស្រាប់ ត្រូវបញ្ចូលគ្នា។",
                "Add it to Grafana's settings; where it has a section [server], put the line there.",
            ),
            after=(
                Label("ចាប់ផ្ដើម Grafana ឡើងវិញ។", "Restart Grafana."),
                Label(
                    "បើកទំព័រចូលប្រើ ហើយចុច “Sign in with CamDigiKey”។",
                    "Open its login page and press “Sign in with CamDigiKey”.",
                ),
            ),
        ),
    ),
)
