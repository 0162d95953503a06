/**
 * Recognises unsupported weights formats by their content and says what to do instead, as the rest of a sentence about
 * the file.
 */
import { openZip } from "./zip.ts";

const instead = "take the same network as a .h5 of Keras, a .pth of PyTorch or a .safetensors";

/** The unsupported format that the bytes begin with; undefined for any other. */
export function unsupportedFormat(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  const is = (what: string, todo = instead) => `it is ${what}, which is not read here; ${todo}`;
  if (/^MATLAB [57]\.\d MAT-file/.test(text)) return is("a .mat file of MATLAB");
  if (text.startsWith("\x93NUMPY")) return is("a NumPy array (.npy)");
  if (text.slice(4, 8) === "TFL3") return is("a model of TensorFlow Lite");
  const [a = 0, b = 0, c = 0] = bytes;
  const int32 = (at: number) => new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(0, true);
  // A type of at most 8, then an object index.
  if (bytes.length >= 8 && int32(0) >= 1 && int32(0) <= 8 && int32(4) >= 1 && int32(4) < 256)
    return is("a .t7 file of Torch 7");
  // Protocol Buffers messages: version and producer (ONNX), or a name first (Caffe).
  if (a === 8 && b >= 1 && b <= 32 && c === 18)
    return is("an .onnx model", "export the PyTorch model's state_dict with torch.save");
  if (a === 10 && b >= 1 && b < 64 && /^[\w .-]+$/.test(text.slice(2, 2 + b))) return is("a .caffemodel of Caffe");
  return undefined;
}

/** The same for archives, by their entries; undefined for one that torch.save may have written. */
export function unsupportedZip(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== 0x50) return undefined;
  const names = [...openZip(bytes).keys()];
  if (names.includes("model.weights.h5"))
    return "it is a .keras archive; unzip it, and take the model.weights.h5 in it";
  if (names.some((name) => name.endsWith(".npy")))
    return `it is an .npz archive of NumPy, which is not read here; ${instead}`;
  return undefined;
}
