/** The studio's one screen. */
import { useEffect } from "preact/hooks";
import { receiveKeys } from "./page/keys.ts";
import { Header } from "./parts/header.tsx";
import { Message } from "./parts/message.tsx";
import { Panel } from "./parts/panel/panel.tsx";
import { Shelf } from "./parts/shelf.tsx";
import { Stage } from "./parts/stage/stage.tsx";
import { Strip } from "./parts/stage/strip.tsx";
import { Transport } from "./parts/transport.tsx";
import { dropping, receiveFiles } from "./pictures/drops.ts";

export function App() {
  useEffect(receiveFiles, []);
  useEffect(receiveKeys, []);
  return (
    <div class="app" data-dropping={dropping.value || undefined}>
      <Header />
      <Shelf />
      <main>
        <Stage />
        <Strip />
      </main>
      <Panel />
      <Transport />
      <Message />
    </div>
  );
}
