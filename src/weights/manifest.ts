/** Where networks' weights are published, how a download is verified, and their licences and credits. */

/** A digest in lower-case hexadecimal. MD5 only detects damage; it is what Keras publishes. */
export interface Digest {
  readonly algorithm: "md5" | "sha256";
  readonly hex: string;
}

/** One published file with a backbone's weights. */
export interface WeightsFile {
  /** The file name used by its publisher and in the publisher's own cache. */
  readonly name: string;
  /** URLs of the same bytes, in the order in which to try them. */
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly digest: Digest;
  /**
   * Whether this project has downloaded the file and confirmed size and digest. If not, they are the publisher's claim
   * (or public records of it) and are verified at the first download on each machine; a file that differs is never
   * used.
   */
  readonly seen: boolean;
  /** The program whose cache may already hold the file. */
  readonly program: "keras" | "torch";
  readonly licence: string;
  readonly credit: string;
}

/** The sources of a backbone's weights. */
export interface Manifest {
  /** The file in the package's `weights/` folder, if the weights are part of the package. */
  readonly bundled?: string;
  /** Files to download, in order of preference. */
  readonly files: readonly WeightsFile[];
  readonly licence: string;
  readonly credit: string;
}

const vgg = "K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford (arXiv 1409.1556)";

const manifests: Readonly<Record<string, Manifest>> = {
  vgg19: {
    licence: "CC BY 4.0",
    credit: vgg,
    files: [
      {
        name: "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        urls: [
          "https://github.com/fchollet/deep-learning-models/releases/download/v0.1/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
          "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        ],
        bytes: 80_134_624,
        digest: { algorithm: "md5", hex: "253f8cb515780f3b799900260a226db6" },
        seen: false,
        program: "keras",
        licence: "CC BY 4.0",
        credit: `${vgg}; converted by F. Chollet for Keras`,
      },
      {
        name: "vgg19-dcbb9e9d.pth",
        urls: ["https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"],
        bytes: 574_673_361,
        // torchvision itself publishes the first eight digits, in the file's name.
        digest: { algorithm: "sha256", hex: "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44" },
        seen: false,
        program: "torch",
        licence: "BSD-3-Clause",
        credit: "trained by the torchvision developers after Simonyan and Zisserman",
      },
    ],
  },
  pocket: {
    bundled: "pocket.safetensors",
    licence: "MIT",
    credit: "the pastiche developers (training/)",
    files: [],
  },
  slim: {
    bundled: "slim.safetensors",
    licence: "CC BY 4.0",
    credit: `${vgg}; factorised and trained on by the pastiche developers (training/)`,
    files: [],
  },
};

/** The manifest of a backbone; undefined if its weights are not published. */
export function manifestOf(name: string): Manifest | undefined {
  return Object.hasOwn(manifests, name) ? manifests[name] : undefined;
}
