"""Any other application: a table of addresses and settings, to be copied by hand."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

OTHER = Product(
    id="other",
    name=Label("កម្មវិធីផ្សេងទៀត", "Any other application"),
    about=Label(
        "អាសយដ្ឋាន និងការកំណត់ទាំងអស់ សម្រាប់កម្មវិធីដែលនិយាយ OpenID Connect។",
        "All addresses and settings, for any application that speaks OpenID Connect.",
    ),
    kind="web",
    places=(base("https://application.example.gov.kh"),),
    fields={},  # its addresses are asked for as they are
    pkce="up_to_you",
    reads="unknown",
    claims=(),
    user_name=None,
    logout=(),
    quirks=(
        Label(
            "គ្រប់កម្មវិធីត្រូវផ្ញើ PKCE (S256) លើកលែងតែវាត្រូវបានចុះបញ្ជីដោយមិនតម្រូវ។",
            "Every application has to send PKCE (S256), unless it is registered not to.",
        ),
        Label(
            "ព័ត៌មាននៃ scope ស្ថិតនៅ userinfo; `claims_in_id_token` ដាក់វាក្នុង ID token ដែរ។",
            "Claims of a scope are in userinfo; `claims_in_id_token` puts them into the ID token too.",
        ),
        Label(
            "អ្នកខ្លះគ្មានអ៊ីមែល; `email_fallback_domain` ឱ្យអាសយដ្ឋានជំនួស។",
            "Some people have no e-mail address; `email_fallback_domain` gives them one that stands in.",
        ),
    ),
    templates=(
        Template(
            file="other.txt",
            format="plain",
            title=Label("អាសយដ្ឋាន និងការកំណត់", "Addresses and settings"),
            goes_to="",
            where=Label(
                "ចម្លងតម្លៃនីមួយៗទៅក្នុងការកំណត់របស់កម្មវិធី; ភាគច្រើនត្រូវការតែអាសយដ្ឋាន discovery។",
                "Copy each value into the application's settings; most need the discovery address alone.",
            ),
        ),
    ),
)
