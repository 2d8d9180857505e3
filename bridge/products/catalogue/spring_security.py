"""Spring Boot with Spring Security's OAuth 2.0 login."""

from bridge.domain.metadata_field import Label
from bridge.products.product import Product, Template, base

SPRING_SECURITY = Product(
    id="spring-security",
    name=Label("Java (Spring Security)", "Java (Spring Security)"),
    about=Label("កម្មវិធី Java លើ Spring Boot។", "A Java application on Spring Boot."),
    kind="web",
    places=(base("https://java.example.gov.kh"),),
    fields={
        "redirect_uris": ("{base}/login/oauth2/code/camdigikey",),
        "post_logout_redirect_uris": ("{base}",),
        "scope": ("openid", "profile", "email"),
    },
    pkce="by_its_settings",
    reads="both",
    claims=("sub", "name", "email"),
    user_name="sub",
    logout=("rp_initiated",),
    quirks=(
        Label(
            "មុនជំនាន់ 7 វាផ្ញើ PKCE តែសម្រាប់កម្មវិធីគ្មានសោសម្ងាត់៖ ថ្នាក់ Java ខាងក្រោមបើកវាជានិច្ច។",
            "Before version 7 it sends PKCE for applications without a secret alone: the class below always "
            "switches it on.",
        ),
        Label(
            "វាសួរ discovery នៅពេលចាប់ផ្ដើម ហើយមិនចាប់ផ្ដើមទេ ប្រសិនបើរកមិនឃើញ។",
            "It asks discovery when it starts, and does not start without an answer.",
        ),
        Label(
            "តម្លៃដែលមាន `${` មិនអាចសរសេរបានទេ ព្រោះ Spring បំពេញវា។",
            "A value that holds `${` can't be written, since Spring fills it in.",
        ),
    ),
    templates=(
        Template(
            file="spring.yml",
            format="spring yaml",
            title=Label("ការកំណត់ (YAML)", "The settings (YAML)"),
            goes_to="src/main/resources/application.yml",
            where=Label(
                "បញ្ចូលទៅក្នុង application.yml របស់កម្មវិធី។", "Put it into the application's application.yml."
            ),
            before=(
                Label(
                    "បន្ថែម `spring-boot-starter-oauth2-client` ទៅកម្មវិធី។",
                    "Add `spring-boot-starter-oauth2-client` to the application.",
                ),
            ),
        ),
        Template(
            file="spring.properties",
            format="spring properties",
            title=Label("ការកំណត់ដដែល (properties)", "The same settings (properties)"),
            goes_to="src/main/resources/application.properties",
            where=Label(
                "ជំនួស application.yml ប្រសិនបើកម្មវិធីប្រើ application.properties។",
                "In place of application.yml, where the application has application.properties.",
            ),
        ),
        Template(
            file="spring.java",
            format="fixed java",
            title=Label("PKCE និងការចាកចេញ", "PKCE and signing out"),
            goes_to="CamDigiKeySecurity.java",
            where=Label(
                "ដាក់ក្បែរថ្នាក់របស់កម្មវិធី ដោយមាន `package` របស់វា។",
                "Beside the application's own classes, with their `package`.",
            ),
        ),
    ),
)
