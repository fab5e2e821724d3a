"""The entry script of every page: page set-up and navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.messages import _
from pages._ui import frame, language

ROOT = Path(__file__).resolve().parents[2]

language.speak()
st.set_page_config(page_title="Lexiloom", page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
st.logo(str(ROOT / "assets" / "logo.svg"), size="large")
st.html(ROOT / "assets" / "app.css")
pages = [
    st.Page(
        ROOT / "pages" / f"{name}.py",
        title=_(title),
        icon=icon,
        url_path="" if name == "start" else name,
        default=name == "start",
    )
    for name, (title, icon) in frame.PAGES.items()
]
st.navigation(pages, position="top").run()
