from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Every active user with a role may sign in: the portal knows no separate staff."""

    error_messages = {
        "invalid_login": (
            "Nama pengguna atau kata sandi tidak cocok."
            " Periksa huruf besar dan kecil, lalu coba lagi."
        ),
        "inactive": "Akun ini tidak aktif. Hubungi Administrator portal.",
    }
