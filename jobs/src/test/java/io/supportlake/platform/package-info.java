/** Tests of the platform. */
@NullMarked
package io.supportlake.platform;

import org.jspecify.annotations.NullMarked;
