/** Who is contacted, who is held out, and whether it worked. */
@NullMarked
package io.supportlake.gold.outreach;

import org.jspecify.annotations.NullMarked;
