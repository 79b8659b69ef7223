package io.supportlake.generator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What happens to everybody: features, services, releases, incidents, the past campaign. */
final class World {
  /** A feature customers use, with the product and service behind it. */
  record Feature(int index, String name, String product, String service) {}

  record Release(String version, long at, String product, List<String> features) {}

  /**
   * A release that breaks a feature: a new error template first, contacts with a new phrase later.
   * Share is the part of the feature's users who feel it.
   */
  record Incident(
      String id,
      String release,
      Feature feature,
      Family family,
      String template,
      Map<String, String> phrases,
      long releasedAt,
      long errorsFrom,
      long contactsFrom,
      long until,
      double share) {}

  private static final String[] SERVICES = {
    "payments-core",
    "payout-engine",
    "ledger-sync",
    "bank-connect",
    "forecast-engine",
    "api-gateway",
    "webhook-dispatch",
    "identity"
  };

  final long seed;
  final long firstDay;
  final int days;
  final List<Family> families;
  final List<Feature> features;
  final List<Release> releases;
  final List<Incident> incidents;
  final long campaignDay;
  private final Map<String, Feature> byName = new LinkedHashMap<>();

  World(long seed, long firstDay, int days, long campaignDay) {
    this.seed = seed;
    this.firstDay = firstDay;
    this.days = days;
    this.campaignDay = campaignDay;
    this.families = Family.all();
    for (Family family : families) {
      byName.computeIfAbsent(
          family.feature(),
          name -> new Feature(byName.size(), name, family.product(), service(name, family)));
    }
    this.features = List.copyOf(byName.values());
    this.incidents = plannedIncidents();
    this.releases = plannedReleases();
  }

  private static String service(String feature, Family family) {
    return switch (feature) {
      case "payouts", "balance", "transfers", "fx" -> SERVICES[1];
      case "ledger_sync", "reconciliation", "vat", "invoicing", "receipts", "export", "reports" ->
          SERVICES[2];
      case "bank_feed" -> SERVICES[3];
      case "webhooks" -> SERVICES[6];
      case "login", "onboarding", "users", "privacy" -> SERVICES[7];
      default ->
          switch (family.product()) {
            case "cash_flow" -> SERVICES[4];
            case "api" -> SERVICES[5];
            default -> SERVICES[0];
          };
    };
  }

  static List<String> services() {
    return List.of(SERVICES);
  }

  Feature feature(String name) {
    Feature feature = byName.get(name);
    if (feature == null) {
      throw new IllegalArgumentException("no feature " + name);
    }
    return feature;
  }

  /** Version in force at an instant. */
  String version(long at) {
    String version = "5.0.0";
    for (Release release : releases) {
      if (release.at() > at) {
        break;
      }
      version = release.version();
    }
    return version;
  }

  private List<Release> plannedReleases() {
    List<Release> planned = new ArrayList<>();
    int n = 1;
    for (long day = firstDay - 12; day < firstDay + days; day += 14) {
      Rng rng = Rng.of(seed, 0x4E1EA5E, day);
      List<String> touched = List.of(rng.pick(features).name(), rng.pick(features).name());
      long at = day * Times.DAY + 8 * Times.HOUR + rng.whole(0, 3000);
      planned.add(
          new Release(
              "5." + n++ + ".0", at, feature(touched.getFirst()).product(), distinct(touched)));
    }
    for (Incident incident : incidents) {
      planned.add(
          new Release(
              incident.release(),
              incident.releasedAt(),
              incident.feature().product(),
              List.of(incident.feature().name())));
    }
    planned.sort((a, b) -> Long.compare(a.at(), b.at()));
    return List.copyOf(planned);
  }

  private static List<String> distinct(List<String> names) {
    return names.stream().distinct().toList();
  }

  private List<Incident> plannedIncidents() {
    int last = days > 90 ? days - 38 : (int) (days * 0.8);
    List<Incident> planned = new ArrayList<>();
    planned.add(
        incident(
            1,
            (int) (days * 0.12),
            "receipt_scan",
            0.30,
            "OcrPipelineException: glyph table missing for locale %s while reading page %s",
            phrases(
                "the page stays on reading glyphs",
                "die Seite bleibt bei Zeichen lesen stehen",
                "la página se queda en leyendo glifos",
                "la page reste sur lecture des glyphes")));
    planned.add(
        incident(
            2,
            (int) (days * 0.29),
            "bank_feed_disconnected",
            0.16,
            "ConsentRenewalLoop: institution %s returned to step SELECT_BANK %s times",
            phrases(
                "the login jumps back to choosing the bank in a loop",
                "die Anmeldung springt in einer Schleife zur Bankauswahl zurück",
                "el acceso vuelve en bucle a elegir banco",
                "la connexion revient en boucle au choix de la banque")));
    planned.add(
        incident(
            3,
            (int) (days * 0.46),
            "vat_code_mapping",
            0.25,
            "TaxTableMismatch: rule set %s expects 14 columns, found %s",
            phrases(
                "all lines show tax column fourteen missing",
                "überall fehlt die Steuerspalte vierzehn",
                "en todas las líneas falta la columna fiscal catorce",
                "toutes les lignes signalent la colonne fiscale quatorze absente")));
    planned.add(
        incident(
            4,
            (int) (days * 0.62),
            "webhook_signature",
            0.28,
            "DigestEncodingChanged: endpoint %s compared base64url with hex, attempt %s",
            phrases(
                "the digest arrives as base64url instead of hex",
                "der Digest kommt als base64url statt hex",
                "el digest llega en base64url en lugar de hex",
                "le digest arrive en base64url au lieu de hex")));
    planned.add(
        incident(
            5,
            (int) (days * 0.78),
            "payout_delayed",
            0.12,
            "SettlementWindowSkipped: batch %s missed cut-off by %s seconds",
            phrases(
                "the status says settlement window skipped",
                "der Status lautet Abrechnungsfenster übersprungen",
                "el estado dice ventana de liquidación omitida",
                "le statut indique fenêtre de règlement ignorée")));
    planned.add(
        incident(
            6,
            last,
            "ledger_sync_failed",
            0.55,
            "JournalCursorRewound: tenant %s restarted from journal position %s",
            phrases(
                "the import restarts from zero percent and says cursor rewound",
                "der Import beginnt wieder bei null Prozent und meldet Cursor zurückgesetzt",
                "la importación vuelve a cero por ciento y dice cursor rebobinado",
                "l'import repart de zéro pour cent et affiche curseur rembobiné")));
    return List.copyOf(planned);
  }

  private static Map<String, String> phrases(String en, String de, String es, String fr) {
    return Map.of("en", en, "de", de, "es", es, "fr", fr);
  }

  private Incident incident(
      int n, int day, String family, double share, String template, Map<String, String> phrases) {
    Rng rng = Rng.of(seed, 0x1C1DE, n);
    Family issue = families.stream().filter(f -> f.name().equals(family)).findFirst().orElseThrow();
    long released = (firstDay + day) * Times.DAY + 8 * Times.HOUR + rng.whole(0, 5_000);
    long errors = released + rng.whole(1_800, 2 * 3_600);
    long contacts = errors + rng.whole(4, 20) * Times.HOUR;
    return new Incident(
        "inc-" + n,
        String.format(Locale.ROOT, "5.%d.1", 1 + (day + 12) / 14),
        feature(issue.feature()),
        issue,
        template,
        phrases,
        released,
        errors,
        contacts,
        contacts + rng.whole(6, 9) * Times.DAY,
        share);
  }

  void land(Landing landing) {
    int n = 0;
    for (Release release : releases) {
      landing.landOnTime(
          Source.PRODUCT_CHANGE,
          release.at(),
          new Line()
              .text("change_id", "prd-" + n++)
              .text("kind", "release")
              .instant("effective_at", release.at())
              .text(
                  "title",
                  "Release " + release.version() + ": " + String.join(", ", release.features()))
              .text("product", release.product())
              .text("release", release.version())
              .texts("features", release.features())
              .texts(
                  "services",
                  release.features().stream().map(f -> feature(f).service()).distinct().toList())
              .texts("jurisdictions", List.of())
              .end());
    }
    String[] titles = {
      "Strong customer authentication: new exemption limits", "E-invoicing becomes mandatory",
      "VAT rates change", "Instant payments regulation: payee check"
    };
    String[] touched = {"checkout", "invoicing", "vat", "transfers"};
    for (int i = 0; i < titles.length; i++) {
      long at = (firstDay + (long) ((i + 0.5) * days / titles.length)) * Times.DAY;
      landing.landOnTime(
          Source.PRODUCT_CHANGE,
          at,
          new Line()
              .text("change_id", "reg-" + i)
              .text("kind", "regulatory")
              .instant("effective_at", at)
              .text("title", titles[i])
              .text("product", feature(touched[i]).product())
              .texts("features", List.of(touched[i]))
              .texts("services", List.of(feature(touched[i]).service()))
              .texts("jurisdictions", i % 2 == 0 ? List.of("DE", "FR", "ES", "IE") : List.of("DE"))
              .end());
    }
  }
}
