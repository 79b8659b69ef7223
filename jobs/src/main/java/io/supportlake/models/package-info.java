/** Smile and the embedding model behind small interfaces: fit, score, explain, save, load. */
@NullMarked
package io.supportlake.models;

import org.jspecify.annotations.NullMarked;
