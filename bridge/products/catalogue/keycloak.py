"""Keycloak as a broker: its own applications are signed in by it, and it signs people in here."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Place, Product, Template, base

REALM = Place("realm", Label("Realm របស់ Keycloak", "Keycloak's realm"), "ministry")

KEYCLOAK = Product(
    id="keycloak",
    name=Label("Keycloak (ជាអន្តរការី)", "Keycloak (as a broker)"),
    about=Label(
        "ម៉ាស៊ីនមេចូលប្រើ ដែលបញ្ជូនមនុស្សមកទីនេះ។",
        "A sign-in server of your own, which sends people here.",
    ),
    kind="web",
    places=(base("https://keycloak.example.gov.kh"), REALM),
    fields={
        "redirect_uris": ("{base}/realms/{realm}/broker/camdigikey/endpoint",),
        "post_logout_redirect_uris": ("{base}/realms/{realm}/broker/camdigikey/endpoint/logout_response",),
        "scope": ("openid", "profile", "email"),
        "claims_in_id_token": True,  # it compares both: CVE-2026-14781 came from a difference
    },
    pkce="by_its_settings",
    reads="both",
    claims=("preferred_username", "given_name", "family_name", "email", "email_verified"),
    user_name="preferred_username",
    logout=("rp_initiated", "back_channel"),
    email_needed=True,
    version="26.7.3",
    quirks=(
        Label(
            "បើគ្មានអ៊ីមែល ឈ្មោះ ឬនាមត្រកូល វាបង្ហាញទម្រង់ “review profile” នៅពេលចូលប្រើលើកដំបូង។ "
            "`user-profile.json` ឈប់តម្រូវវា។",
            "Without an e-mail address, given name or family name it stops at its form “review profile” when "
            "a person first signs in; `user-profile.json` takes the demand away.",
        ),
        Label(
            "កម្មវិធីរបស់ Keycloak ស្ថិតនៅអាសយដ្ឋានផ្សេង ដែលវាបញ្ជូនបន្ត៖ ចុះប្រភពរបស់វាក្នុង `form_action_origins`។",
            "Keycloak's applications lie at other addresses, which it redirects on to: register their "
            "origins as `form_action_origins`.",
        ),
        Label(
            "“Trust email” បិទ៖ អាសយដ្ឋានដែលមិនទាន់ផ្ទៀងផ្ទាត់ មិនភ្ជាប់ទៅគណនីដែលមានស្រាប់ទេ។",
            "“Trust email” is off: an unverified address is never joined to an account that is there.",
        ),
        Label(
            "វាអាចទទួលដំណឹងចាកចេញនៅ `/realms/REALM/protocol/openid-connect/logout/backchannel-logout`។",
            "It can hear of sign-outs at `/realms/REALM/protocol/openid-connect/logout/backchannel-logout` "
            "(`backchannel_logout_uri`).",
        ),
    ),
    templates=(
        Template(
            file="keycloak-provider.json",
            format="json",
            title=Label("អ្នកផ្ដល់អត្តសញ្ញាណ", "The identity provider"),
            goes_to="camdigikey.json",
            where=Label(
                "រក្សាទុកជាឯកសារ ហើយនាំចូលតាមពាក្យបញ្ជាខាងក្រោម ឬក្នុងកុងសូល៖ Realm settings → Action → Partial import។",
                "Keep it as a file and import it by the commands below, or in the admin console: "
                "Realm settings → Action → Partial import.",
            ),
        ),
        Template(
            file="keycloak-user-profile.json",
            format="json",
            title=Label("អ្វីដែល Keycloak តម្រូវពីមនុស្ស", "What Keycloak demands of a person"),
            goes_to="user-profile.json",
            where=Label(
                "រក្សាទុកជាឯកសារ។ ក្នុងកុងសូល៖ Realm settings → User profile → JSON editor។",
                "Keep it as a file. In the admin console: Realm settings → User profile → JSON editor.",
            ),
            before=(
                Label(
                    "វាជំនួសទម្រង់ទាំងមូល៖ បើអ្នកមានគុណលក្ខណៈផ្ទាល់ខ្លួន ចូរដកតែ “required” ចេញពី "
                    "email, firstName និង lastName។",
                    "It takes the place of the whole profile: where you have attributes of your own, only "
                    "take “required” from email, firstName and lastName.",
                ),
            ),
        ),
        Template(
            file="keycloak-commands.sh",
            format="shell",
            title=Label("ពាក្យបញ្ជា", "The commands"),
            goes_to="",
            where=Label(
                "ដំណើរការក្នុងថតដែលមានឯកសារទាំងពីរ ដោយ `kcadm.sh` របស់ Keycloak (ថត `bin`)។",
                "Run them where both files lie, with Keycloak's `kcadm.sh` (in its folder `bin`).",
            ),
            after=(
                Label(
                    "បើកទំព័រចូលប្រើនៃ realm ហើយចុច “CamDigiKey”។",
                    "Open the realm's sign-in page and press “CamDigiKey”.",
                ),
            ),
        ),
    ),
)
