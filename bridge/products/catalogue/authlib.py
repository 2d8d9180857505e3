"""Flask with Authlib's client."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

AUTHLIB = Product(
    id="authlib",
    name=Label("Python (Authlib លើ Flask)", "Python (Authlib on Flask)"),
    about=Label("កម្មវិធី Python លើ Flask។", "A Python application on Flask."),
    kind="web",
    places=(base("https://python.example.gov.kh"),),
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
    version="1.9.9",
    quirks=(
        Label(
            "PKCE បិទតាមលំនាំដើម៖ `code_challenge_method` បើកវា។",
            "PKCE is off unless told: `code_challenge_method` switches it on.",
        ),
        Label(
            "វារក្សា state ក្នុង session របស់ Flask៖ កម្មវិធីត្រូវមាន `SECRET_KEY`។",
            "It keeps its state in Flask's session: the application needs a `SECRET_KEY`.",
        ),
    ),
    templates=(
        Template(
            file="authlib.py",
            format="python",
            title=Label("ម៉ូឌុលសម្រាប់ចូលប្រើ", "A module for signing in"),
            goes_to="camdigikey.py",
            where=Label("ដាក់ក្បែរកម្មវិធី Flask។", "Beside the Flask application."),
            before=(Label("ដំណើរការ `pip install authlib requests`។", "Run `pip install authlib requests`."),),
            after=(
                Label(
                    "ក្នុងកម្មវិធី៖ `oauth.init_app(app)` និង `app.register_blueprint(camdigikey)`។",
                    "In the application: `oauth.init_app(app)` and `app.register_blueprint(camdigikey)`.",
                ),
                Label(
                    '`/login` ចូលប្រើ; ក្រោយមក `session["person"]` មានឈ្មោះ និង `sub`។',
                    '`/login` signs people in; then `session["person"]` has their `sub` and name.',
                ),
            ),
        ),
    ),
)
