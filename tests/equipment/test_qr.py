"""The drawn code is the code: its squares are exactly the dark modules of the encoder."""

import re

import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st

from equipment import qr

URL = "https://make.example.org/machines/cnc-router/"


def dark_squares(svg):
    path = re.findall(r'd="([^"]+)"', svg)[1]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{n}v1h-{m}z" for x, y, n, m in runs) == path
    return {(int(x) + i, int(y)) for x, y, n, _m in runs for i in range(int(n))}


@settings(max_examples=15)
@given(st.text(alphabet=st.characters(codec="ascii"), min_size=1, max_size=80))
def test_every_dark_module_is_drawn_and_no_other(text):
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    expected = {(x, y) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark}
    assert dark_squares(qr.svg(text, "code")) == expected


def test_it_has_its_quiet_zone_and_a_name():
    svg = qr.svg(URL, "Page of <CNC router>")
    assert 'viewBox="-4 -4 41 41"' in svg  # 33 modules and four on each side
    assert 'aria-label="Page of &lt;CNC router&gt;"' in svg
    assert "style=" not in svg
