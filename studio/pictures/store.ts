/**
 * What the browser keeps of the studio: pictures by their digest, results, and what was last set. Where it may keep nothing
 * (a private window, a full disk), everything works for as long as the page is open.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { SettingsInput } from "pastiche/web";

/** A mask without its file, which is among the pictures. */
export interface KeptMask {
  readonly digest: string;
  readonly used: readonly number[];
}

export interface KeptPicture {
  readonly digest: string;
  readonly name: string;
  readonly file: Blob;
}

/** Pictures by digest, and settings: a project as it is written down. */
export interface KeptProject {
  readonly photo: string | undefined;
  readonly paintings: readonly string[];
  readonly mask?: KeptMask | undefined;
  readonly settings: SettingsInput;
  readonly print?: number | undefined;
  /** Which branch it is of, where it is one of the steps of undo. */
  readonly branch?: number | undefined;
}

/** What is set, and when it was set (milliseconds since 1970). */
export interface KeptSetting extends KeptProject {
  readonly used: number;
}

/** After which step of how many a job was stopped. */
export interface Stopped {
  readonly step: number;
  readonly steps: number;
}

export interface KeptResult extends KeptProject {
  readonly id: number;
  readonly name: string;
  readonly stopped?: Stopped | undefined;
  /** A PNG that says how it was made. */
  readonly file: Blob;
}

/** What was before what is set, and after it where it was undone. */
export interface KeptHistory {
  readonly before: readonly KeptProject[];
  readonly after: readonly KeptProject[];
}

/** A moment of the film; its file is kept apart. */
export interface KeptFrame {
  readonly id: string;
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** The job of this computer that has its state, and the step there. */
  readonly state?: { readonly job: string; readonly step: number } | undefined;
}

/** A branch: what it painted last, with the film of it. */
export interface KeptBranch {
  readonly id: number;
  readonly project: KeptProject;
  readonly frames: readonly KeptFrame[];
  readonly every: number;
  readonly before: number;
  /** The result that it ended as; where it did not, the text of a PNG of its last frame. */
  readonly result?: number | undefined;
  readonly text?: Readonly<Record<string, string>> | undefined;
}

export interface KeptBranches {
  readonly inView: KeptBranch;
  /** Of the branch in view: its job on this computer, where that has not ended. */
  readonly job?: string | undefined;
  /** The one that was in view last is the last. */
  readonly others: readonly KeptBranch[];
}

interface Schema extends DBSchema {
  pictures: { key: string; value: KeptPicture };
  results: { key: number; value: KeptResult };
  frames: { key: string; value: Blob };
  session: { key: string; value: KeptSetting | KeptHistory | KeptBranches };
}

let opening: Promise<IDBPDatabase<Schema> | undefined> | undefined;

function database(): Promise<IDBPDatabase<Schema> | undefined> {
  opening ??= opened().catch(() => undefined);
  return opening;
}

/** Rejects where nothing may be kept, however the browser says so. */
async function opened(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>("pastiche-studio", 3, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore("pictures", { keyPath: "digest" });
        db.createObjectStore("results", { keyPath: "id" });
      }
      for (const store of ["session", "frames"] as const) {
        if (db.objectStoreNames.contains(store)) db.deleteObjectStore(store);
        db.createObjectStore(store);
      }
    },
    // A page with a newer studio waits for it.
    blocking: (_, __, { target }) => (target as IDBDatabase).close(),
  });
}

/** Runs `use`; what cannot be kept is no reason to stop. */
async function attempt<T>(use: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
  const db = await database();
  return db && use(db).catch(() => undefined);
}

export const keepPicture = (picture: KeptPicture) => attempt((db) => db.put("pictures", picture));
export const keptPicture = (digest: string) => attempt((db) => db.get("pictures", digest));
export const keepResult = (result: KeptResult) => attempt((db) => db.put("results", result));
export const keptResults = async () => (await attempt((db) => db.getAll("results"))) ?? [];
export const forgetResult = (id: number) => attempt((db) => db.delete("results", id));

/** The largest number of sessions that are kept. */
export const SESSIONS = 4;

/** A session: what is set, the steps of undo, and branches with their films. Several are kept, by number: every tab has its own. */
export function sessionStore(session: number) {
  const key = (what: string) => `${session}:${what}`;
  const get = <Value>(what: string) =>
    attempt((db) => db.get("session", key(what)) as Promise<unknown> as Promise<Value | undefined>);
  const frameKeys = IDBKeyRange.bound(key(""), `${session};`, false, true);
  return {
    keepProject: (project: KeptProject) =>
      attempt((db) => db.put("session", { ...project, used: Date.now() }, key("project"))),
    project: () => get<KeptSetting>("project"),
    keepHistory: (history: KeptHistory) => attempt((db) => db.put("session", history, key("history"))),
    history: () => get<KeptHistory>("history"),
    /** Keeps branches with the files of their frames by id, which are written once, and forgets those of others. */
    keepBranches: (branches: KeptBranches, files: ReadonlyMap<string, Blob>) =>
      attempt(async (db) => {
        const all = db.transaction(["session", "frames"], "readwrite");
        const frames = all.objectStore("frames");
        const there = new Set(await frames.getAllKeys(frameKeys));
        const wanted = new Map([...files].map(([id, file]) => [key(id), file]));
        const gone = [...there].filter((id) => !wanted.has(id));
        const added = [...wanted].filter(([id]) => !there.has(id));
        await Promise.all([
          all.objectStore("session").put(branches, key("branches")),
          ...gone.map((id) => frames.delete(id)),
          ...added.map(([id, file]) => frames.put(file, id)),
          all.done,
        ]);
      }),
    branches: () => get<KeptBranches>("branches"),
    frame: (id: string) => attempt((db) => db.get("frames", key(id))),
    forget: () =>
      attempt(async (db) => {
        await db.delete("session", frameKeys);
        await db.delete("frames", frameKeys);
      }),
  };
}

export type SessionStore = ReturnType<typeof sessionStore>;
