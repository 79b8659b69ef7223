/** Files that customer-success teams work with. */
@NullMarked
package io.supportlake.outreach;

import org.jspecify.annotations.NullMarked;
