package io.supportlake.generator;

/** The knowledge base before the history begins: two articles a family. */
final class Articles {
  private Articles() {}

  static void land(World world, Landing landing) {
    for (Family family : world.families) {
      if (family.isOther()) {
        continue;
      }
      for (int n = 0; n < 2; n++) {
        Rng rng = Rng.of(world.seed, 0xA47, family.index(), n);
        boolean isNew = rng.chance(0.15);
        long day =
            isNew
                ? world.firstDay + rng.whole(1, world.days - 1)
                : world.firstDay - rng.whole(20, 500);
        long at = day * Times.DAY + 9 * Times.HOUR;
        landing.landOnTime(
            Source.ARTICLE_EVENT,
            at,
            new Line()
                .text("event_id", "arw-" + family.index() + "-" + n)
                .instant("event_at", at)
                .text("event_type", "written")
                .text("article_id", Aftermath.articleId(family, n))
                .text("title", family.label() + (n == 0 ? ": first steps" : ": deeper checks"))
                .text("product", family.product())
                .text("feature", family.feature())
                .text("category", family.category())
                .number("tier", n == 0 ? rng.whole(0, 1) : rng.whole(1, 2))
                .end());
      }
    }
  }
}
