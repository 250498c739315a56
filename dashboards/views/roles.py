"""The start pages of the roles outside Dinas Sosial."""

from accounts.roles import Role

# What those without a page of their own yet will find here.
LATER = {
    Role.DUKCAPIL: (
        "permintaan pemadanan data kependudukan dari Dinas Sosial, untuk diunduh dan dijawab"
    ),
    Role.BANK: "daftar bayar dan daftar agen bank Anda, untuk dikirim dan dicocokkan",
    Role.AGEN: "kasir Anda, setelah Administrator menghubungkan akun ini dengan agen",
}
