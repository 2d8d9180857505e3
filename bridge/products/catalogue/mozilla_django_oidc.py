"""Django with mozilla-django-oidc."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

MOZILLA_DJANGO_OIDC = Product(
    id="mozilla-django-oidc",
    name=Label("Django (mozilla-django-oidc)", "Django (mozilla-django-oidc)"),
    about=Label("កម្មវិធី Python លើ Django។", "A Python application on Django."),
    kind="web",
    places=(base("https://django.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/oidc/callback/",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_its_settings",
    reads="userinfo",
    claims=("sub", "given_name", "family_name", "email"),
    user_name="sub",
    logout=("own",),
    version="5.0.2",
    quirks=(
        Label(
            "PKCE បិទតាមលំនាំដើម៖ `OIDC_USE_PKCE = True` បើកវា។",
            "PKCE is off unless told: `OIDC_USE_PKCE = True` switches it on.",
        ),
        Label(
            "តាមលំនាំដើម ឈ្មោះអ្នកប្រើគឺជា hash នៃអ៊ីមែល ហើយអ្នកគ្មានអ៊ីមែលចូលមិនបាន; `camdigikey.py` ប្រើ `sub` ជំនួស។",
            "By itself its user name is a hash of the e-mail address, and nobody without one gets in; "
            "`camdigikey.py` takes `sub`.",
        ),
        Label(
            "វាមិនអាន discovery ទេ៖ អាសយដ្ឋាននីមួយៗត្រូវប្រាប់ ហើយ `OIDC_RP_SIGN_ALGO` ក៏ដូច្នោះដែរ។",
            "It does not read discovery: each address has to be told, and `OIDC_RP_SIGN_ALGO` too.",
        ),
    ),
    templates=(
        Template(
            file="django-settings.py",
            format="python",
            title=Label("ការកំណត់", "The settings"),
            goes_to="settings.py",
            where=Label("បន្ថែមនៅចុង settings.py។", "Add it at the end of settings.py."),
            before=(
                Label("ដំណើរការ `pip install mozilla-django-oidc`។", "Run `pip install mozilla-django-oidc`."),
            ),
        ),
        Template(
            file="django-backend.py",
            format="python",
            title=Label("អ្នកណាជាអ្នកណា", "Who is who"),
            goes_to="camdigikey.py",
            where=Label("ដាក់ក្បែរ manage.py។", "Beside manage.py."),
        ),
        Template(
            file="django-urls.py",
            format="python",
            title=Label("អាសយដ្ឋាន", "The addresses"),
            goes_to="urls.py",
            where=Label("បន្ថែមនៅចុង urls.py របស់គម្រោង។", "Add it at the end of the project's urls.py."),
            after=(
                Label(
                    "`{% url 'oidc_authentication_init' %}` ក្នុងទំព័រ គឺជាតំណចូលប្រើ។",
                    "In a page, `{% url 'oidc_authentication_init' %}` is the link for signing in.",
                ),
            ),
        ),
    ),
)
