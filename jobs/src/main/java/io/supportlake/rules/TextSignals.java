package io.supportlake.rules;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a short support text say, in English, German, Spanish and French: language by
 * counts of function words, sentiment by a lexicon, thanks, intent and stake by phrases. Word lists
 * miss irony and rare languages; what they cannot tell is null, never a guess.
 */
public final class TextSignals {
  /** Stakes from the least to the gravest. */
  public static final List<String> STAKES = List.of("low", "medium", "high", "critical");

  private static final int MINIMUM_FUNCTION_WORDS = 2;
  private static final int MAXIMUM_WORDS_OF_THANKS = 16;

  /** Anything that is neither a letter nor an apostrophe within a word. */
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}']+");

  /** What redaction put in place of personal data: not the customer's words. */
  private static final Pattern PLACEHOLDER = Pattern.compile("[\\[<][^\\]>]{0,80}[\\]>]");

  private static final Map<String, Set<String>> FUNCTION_WORDS = new LinkedHashMap<>();
  private static final Map<String, Integer> SENTIMENT = new HashMap<>();
  private static final Set<String> NEGATIONS =
      words(
          "not no never don't doesn't didn't isn't wasn't can't nicht kein keine nie no nunca pas");

  /** German and French put them behind the verb. */
  private static final Set<String> NEGATIONS_BEHIND = words("nicht pas");

  private static final List<String> THANKS =
      List.of("thank", "thanks", "thx", "danke", "dank", "gracias", "merci");
  private static final List<String> BUT =
      List.of(
          "but",
          "however",
          "still",
          "again",
          "aber",
          "jedoch",
          "leider",
          "immer noch",
          "trotzdem",
          "noch nicht",
          "wieder",
          "pero",
          "todavía",
          "aún",
          "mais",
          "encore",
          "toujours",
          "cependant",
          "advance",
          "voraus",
          "antemano",
          "adelantado",
          "avance");

  private static final Map<String, List<String>> INTENTS = new LinkedHashMap<>();
  private static final List<String> CRITICAL =
      List.of(
          "regulator",
          "ombudsman",
          "bafin",
          "financial conduct authority",
          "lawyer",
          "attorney",
          "lawsuit",
          "police",
          "aufsichtsbehörde",
          "finanzaufsicht",
          "rechtsanwalt",
          "anwalt",
          "polizei",
          "abogado",
          "abogada",
          "banco de españa",
          "policía",
          "regulador",
          "avocat",
          "régulateur",
          "acpr",
          "médiateur");
  private static final List<String> FRAUD =
      List.of(
          "fraud",
          "stolen",
          "unauthorised",
          "unauthorized",
          "hacked",
          "scam",
          "phishing",
          "betrug",
          "gestohlen",
          "unbefugt",
          "gehackt",
          "fraude",
          "robado",
          "robada",
          "no autorizad",
          "hackead",
          "estafa",
          "volé",
          "piraté",
          "escroquerie",
          "non autorisé");
  private static final List<String> LOSS =
      List.of(
          "lost money",
          "money is gone",
          "financial loss",
          "losing money",
          "geld verloren",
          "geld ist weg",
          "verlust von",
          "finanzieller schaden",
          "perdido dinero",
          "dinero ha desaparecido",
          "pérdida",
          "perdu de l'argent",
          "argent a disparu",
          "perte de");

  static {
    FUNCTION_WORDS.put(
        "en",
        words(
            "the and is are was were i we you it this that my our your to of in on for with not"
                + " have has had can could would please since after when from but they be been do"
                + " does how what why which a an at by as still again"));
    FUNCTION_WORDS.put(
        "de",
        words(
            "der die das und ist sind war ich wir sie es dieser diese dieses mein meine unser"
                + " unsere zu von im auf für mit nicht haben hat hatte kann können bitte seit nach"
                + " wenn aus aber ein eine einen einer dem den des wie was warum noch auch bei"
                + " wird wurde als am uns mir"));
    FUNCTION_WORDS.put(
        "es",
        words(
            "el la los las y es son era yo nosotros usted este esta esto mi nuestro nuestra su a de"
                + " en para con no ha han hemos puede pueden por favor desde después cuando pero un"
                + " una que cómo qué se lo al del como más nos está"));
    FUNCTION_WORDS.put(
        "fr",
        words(
            "le la les et est sont était je nous vous il elle ce cette ces mon ma notre nos votre à"
                + " de dans sur pour avec ne pas avons a ont peut pouvez depuis après quand mais un"
                + " une des du que qui comment pourquoi au aux en se plus par sans été"));

    score(
        2,
        "excellent perfect fantastic wonderful ausgezeichnet perfekt hervorragend wunderbar"
            + " excelente perfecto maravilloso parfait formidable merveilleux");
    score(
        1,
        "thank thanks great good helpful works solved happy glad quick appreciate danke dank gut"
            + " super hilfreich funktioniert gelöst zufrieden freundlich schnell gracias bueno buena"
            + " útil funciona resuelto contento rápido rápida merci bon bonne utile fonctionne"
            + " résolu content rapide");
    score(
        -1,
        "problem error issue wrong broken failed fails failing slow late missing declined confused"
            + " delay blocked refused unfortunately fehler falsch kaputt fehlgeschlagen langsam"
            + " fehlt abgelehnt verwirrt verzögerung leider blockiert gesperrt problema incorrecto"
            + " roto falló falla lento falta rechazado rechazada retraso bloqueado problème erreur"
            + " faux cassé échoué échoue lent manque refusé refusée retard bloqué malheureusement");
    score(
        -2,
        "angry terrible unacceptable awful worst useless furious disappointed frustrated frustrating"
            + " ridiculous scandal wütend schrecklich inakzeptabel furchtbar nutzlos enttäuscht"
            + " frustriert unverschämt unzumutbar enfadado terrible inaceptable horrible inútil"
            + " decepcionado frustrado vergüenza furieux inacceptable affreux inutile déçu déçue"
            + " frustré honte scandaleux");

    INTENTS.put(
        "complaint",
        List.of(
            "complaint",
            "complain",
            "unacceptable",
            "disappointed",
            "ridiculous",
            "beschwerde",
            "beschwere",
            "inakzeptabel",
            "enttäuscht",
            "unverschämt",
            "reclamación",
            "queja",
            "inaceptable",
            "decepcionad",
            "réclamation",
            "plainte",
            "inacceptable",
            "déçu"));
    INTENTS.put(
        "incident",
        List.of(
            "outage",
            "all our customers",
            "everything is down",
            "is down for",
            "since the release",
            "since the update",
            "nobody can",
            "ausfall",
            "alle unsere kunden",
            "seit dem update",
            "niemand kann",
            "caída",
            "todos nuestros clientes",
            "desde la actualización",
            "nadie puede",
            "panne",
            "tous nos clients",
            "depuis la mise à jour",
            "personne ne peut"));
    INTENTS.put(
        "request",
        List.of(
            "please change",
            "please add",
            "please cancel",
            "please send",
            "please update",
            "would like to",
            "we want to",
            "i want to",
            "we need to",
            "can you send",
            "bitte ändern",
            "bitte senden",
            "bitte schicken",
            "möchten",
            "möchte",
            "wir wollen",
            "quisiera",
            "queremos",
            "quiero",
            "necesitamos",
            "por favor envíe",
            "je voudrais",
            "nous voulons",
            "nous souhaitons",
            "veuillez",
            "merci de"));
    INTENTS.put(
        "problem",
        List.of(
            "error",
            "fails",
            "failed",
            "failing",
            "not working",
            "doesn't work",
            "does not",
            "cannot",
            "can't",
            "wrong",
            "missing",
            "declined",
            "broken",
            "refused",
            "twice",
            "stuck",
            "fehler",
            "funktioniert nicht",
            "geht nicht",
            "falsch",
            "fehlt",
            "abgelehnt",
            "kaputt",
            "doppelt",
            "hängt",
            "nicht mehr",
            "no funciona",
            "falla",
            "incorrect",
            "rechazad",
            "no llega",
            "dos veces",
            "no se puede",
            "erreur",
            "ne fonctionne",
            "échoue",
            "refusé",
            "manque",
            "deux fois",
            "ne marche",
            "bloqué",
            "problem",
            "problème"));
    INTENTS.put(
        "question",
        List.of(
            "?",
            "how ",
            "what ",
            "why ",
            "when ",
            "question",
            "wie ",
            "warum",
            "wann",
            "frage",
            "cómo",
            "qué ",
            "cuándo",
            "pregunta",
            "comment",
            "pourquoi",
            "quand"));
  }

  private TextSignals() {}

  /**
   * The ISO 639-1 code of the language with most function words: en, de, es or fr; null when fewer
   * than two were found or two languages tie.
   */
  public static @Nullable String language(String text) {
    String[] words = split(text);
    String best = null;
    int most = MINIMUM_FUNCTION_WORDS - 1;
    boolean isTie = false;
    for (var language : FUNCTION_WORDS.entrySet()) {
      int count = 0;
      for (String word : words) {
        if (language.getValue().contains(word)) {
          count++;
        }
      }
      if (count > most) {
        best = language.getKey();
        most = count;
        isTie = false;
      } else if (count == most) {
        isTie = true;
      }
    }
    return isTie ? null : best;
  }

  /**
   * Mean weight of the lexicon's words in the text, in [-1, 1]; a negation within the two words
   * before, or a German or French one right behind, turns a word round. Null when the text has no
   * word of the lexicon.
   */
  public static @Nullable Double sentiment(String text) {
    String[] words = split(text);
    int sum = 0;
    int found = 0;
    for (int i = 0; i < words.length; i++) {
      Integer weight = SENTIMENT.get(words[i]);
      if (weight != null) {
        boolean isNegated =
            (i > 0 && NEGATIONS.contains(words[i - 1]))
                || (i > 1 && NEGATIONS.contains(words[i - 2]))
                || (i + 1 < words.length && NEGATIONS_BEHIND.contains(words[i + 1]));
        sum += isNegated ? -weight : weight;
        found++;
      }
    }
    return found == 0 ? null : sum / (2.0 * found);
  }

  /**
   * Whether the text is a customer's thanks and nothing else: a word of thanks, at most sixteen
   * words, no question, no "but" and no word of trouble.
   */
  public static boolean isThanks(String text) {
    String[] words = split(text);
    if (words.length > MAXIMUM_WORDS_OF_THANKS || text.contains("?")) {
      return false;
    }
    boolean hasThanks = false;
    for (String word : words) {
      if (SENTIMENT.getOrDefault(word, 0) < 0) {
        return false;
      }
      hasThanks |= THANKS.contains(word);
    }
    String joined = " " + String.join(" ", words) + " ";
    return hasThanks && BUT.stream().noneMatch(word -> joined.contains(" " + word + " "));
  }

  /** complaint, incident, request, problem or question, the first whose words occur; else null. */
  public static @Nullable String intent(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    for (var intent : INTENTS.entrySet()) {
      if (containsAny(lower, intent.getValue())) {
        return intent.getKey();
      }
    }
    return null;
  }

  /**
   * The least stake that the words demand: critical for a regulator, a lawyer or the police and for
   * fraud with a loss, high for fraud or a loss, else null.
   */
  public static @Nullable String leastStake(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (containsAny(lower, CRITICAL)) {
      return "critical";
    }
    boolean isFraud = containsAny(lower, FRAUD);
    boolean isLoss = containsAny(lower, LOSS);
    if (isFraud && isLoss) {
      return "critical";
    }
    return isFraud || isLoss ? "high" : null;
  }

  private static boolean containsAny(String text, List<String> phrases) {
    for (String phrase : phrases) {
      if (text.contains(phrase)) {
        return true;
      }
    }
    return false;
  }

  private static String[] split(String text) {
    String plain = PLACEHOLDER.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
    return Arrays.stream(BETWEEN_WORDS.split(plain))
        .filter(word -> !word.isEmpty())
        .toArray(String[]::new);
  }

  private static Set<String> words(String list) {
    return Arrays.stream(list.split(" ")).collect(Collectors.toUnmodifiableSet());
  }

  private static void score(int weight, String list) {
    for (String word : list.split(" ")) {
      SENTIMENT.put(word, weight);
    }
  }
}
