/** The worker that paints: the library's own. */
import "pastiche/worker";
