"""The same content gives the same file: no moment of writing is left in it."""

import io
import re
import zipfile
from datetime import datetime

_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_PACKAGES = (".xlsx",)
EARLIEST = (1980, 1, 1, 0, 0, 0)


def packed(content: bytes, moment: datetime) -> bytes:
    """An Office file with every date in it, of embedded workbooks too, set to `moment`."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.endswith(_PACKAGES):
                part = packed(part, moment)
            elif name == "docProps/core.xml":
                part = _MOMENTS.sub(rb"\g<1>" + stamp + rb"\g<3>", part)
            info = zipfile.ZipInfo(name, EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, part)
    return out.getvalue()
