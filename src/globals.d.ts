/** What every platform has and the core may use; nothing else of the DOM or of Node can be named there. */

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare const MessageChannel: new () => {
  readonly port1: { onmessage: ((event: never) => void) | null; close(): void };
  readonly port2: { postMessage(message: unknown): void };
};

/** Without `subtle` on pages that are not secure. */
declare const crypto: {
  readonly subtle?: { digest(algorithm: "SHA-256", data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
};

declare const performance: { now(): number };

declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (label: string, options?: { fatal: boolean }) => { decode(bytes: Uint8Array): string };

declare function btoa(binary: string): string;

interface ArrayBufferConstructor {
  /** Where buffers cannot be resized, a plain one. */
  new (byteLength: number, options: { readonly maxByteLength: number }): ArrayBuffer;
}
