import { render } from "preact";
import { App } from "./app";
import { store } from "./ui/live";
import { applyTheme } from "./ui/theme";

applyTheme();
store.start();
render(<App />, document.getElementById("app")!);
