"""The web app: `lexiloom app`, or `streamlit run app.py`. Pages, the download route, the server's lifespan."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pages._ui import server
from pages._ui.download import download_routes

ASSETS = Path(__file__).resolve().parent / "assets"

app = st.App(
    "pages/_ui/router.py",
    lifespan=server.lifespan,
    routes=[
        *download_routes(server.home()),
        Mount("/fonts", StaticFiles(directory=ASSETS / "fonts")),
        Mount("/viewer", StaticFiles(directory=ASSETS / "viewer" / "dist")),
    ],
)
