// The map viewer's module: `mount` for any page, `streamlit` for the component, and a standalone page starts itself.
import { start } from "./page.js";

export { mount } from "./viewer.js";
export { streamlit } from "./streamlit.js";

const page = document.getElementById("lexiloom-page");
if (page) start(page);
