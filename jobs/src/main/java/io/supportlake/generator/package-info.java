/** The demo landing zone of a fictional fintech, with its planted truth. */
@NullMarked
package io.supportlake.generator;

import org.jspecify.annotations.NullMarked;
