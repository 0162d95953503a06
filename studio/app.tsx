/** The studio's one screen. */
import { useEffect } from "preact/hooks";
import { dropping, receiveFiles } from "./model/drops.ts";
import { receiveKeys } from "./model/keys.ts";
import { Header } from "./parts/header.tsx";
import { Message } from "./parts/message.tsx";
import { Panel } from "./parts/panel.tsx";
import { Shelf } from "./parts/shelf.tsx";
import { Stage } from "./parts/stage.tsx";
import { Strip } from "./parts/strip.tsx";
import { Transport } from "./parts/transport.tsx";

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
