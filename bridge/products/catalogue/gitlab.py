"""GitLab of the Linux package (Omnibus)."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

GITLAB = Product(
    id="gitlab",
    name=Label("GitLab", "GitLab"),
    about=Label("កូដ និងការងាររួមគ្នា លើម៉ាស៊ីនមេផ្ទាល់ខ្លួន។", "Code and the work on it, self-managed."),
    kind="web",
    places=(base("https://gitlab.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/users/auth/openid_connect/callback",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_its_settings",
    reads="userinfo",
    claims=("sub", "name", "email"),
    user_name="sub",
    logout=("own",),
    email_needed=True,
    quirks=(
        Label(
            "PKCE បិទតាមលំនាំដើម៖ `pkce: true` បើកវា។", "PKCE is off unless told: `pkce: true` switches it on."
        ),
        Label(
            "`uid_field: 'sub'`៖ គណនីភ្ជាប់ទៅលេខសម្គាល់ មិនមែនអ៊ីមែលទេ។",
            "`uid_field: 'sub'`: an account hangs on the identifier, never on an e-mail address.",
        ),
        Label(
            "វាត្រូវការអ៊ីមែលសម្រាប់គ្រប់គណនី ហើយអ្នកខ្លះគ្មាន; ប្រើ `email_fallback_domain`។",
            "It wants an e-mail address for every account, which some people lack: `email_fallback_domain`.",
        ),
        Label(
            "គណនីថ្មីរង់ចាំការអនុម័តរបស់អ្នកគ្រប់គ្រង លុះត្រាតែ `omniauth_block_auto_created_users` ជា `false`។",
            "New accounts wait for an administrator, unless `omniauth_block_auto_created_users` is `false`.",
        ),
    ),
    templates=(
        Template(
            file="gitlab.rb",
            format="ruby",
            title=Label("ការកំណត់របស់ GitLab", "GitLab's settings"),
            goes_to="/etc/gitlab/gitlab.rb",
            where=Label(
                "បន្ថែមនៅចុងឯកសារ; បើមាន `omniauth_providers` រួចហើយ ចូរបន្ថែមធាតុនេះទៅបញ្ជីនោះ។",
                "Add it at the end; where `omniauth_providers` is set already, add this element to its list.",
            ),
            after=(
                Label("ដំណើរការ `sudo gitlab-ctl reconfigure`។", "Run `sudo gitlab-ctl reconfigure`."),
                Label("បើកទំព័រចូលប្រើ ហើយចុច “CamDigiKey”។", "Open its sign-in page and press “CamDigiKey”."),
            ),
        ),
    ),
)
