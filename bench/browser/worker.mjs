/** The worker that computes. */
import "../../dist/worker.js";
