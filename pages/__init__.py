"""The web app's pages: widgets in, engine called, results shown. They compute nothing."""
