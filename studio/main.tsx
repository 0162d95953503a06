/** Puts the studio into its page. */
import { render } from "preact";
import { App } from "./app.tsx";
import { settingsOf } from "./model/link.ts";
import { openExample, photos } from "./model/pictures.ts";
import { project, restart } from "./model/project.ts";
import { message } from "./model/run.ts";

try {
  restart({ ...project.value, settings: settingsOf(location.hash) });
} catch (error) {
  message.value = { text: `The link: ${(error as Error).message}`, bad: true };
}

render(<App />, document.querySelector("#studio")!);

// Something to look at, and to paint at once.
void openExample(photos[0]!).then((photo) => {
  if (!project.value.photo) restart({ ...project.value, photo });
});
