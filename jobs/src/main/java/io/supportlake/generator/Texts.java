package io.supportlake.generator;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The grammar of what customers, agents and the bot write, in English, German, Spanish, French. */
final class Texts {
  private static final Map<String, Tongue> TONGUES =
      Map.of("en", english(), "de", german(), "es", spanish(), "fr", french());
  private static final String[] TOOLS = {
    "Xero",
    "QuickBooks",
    "DATEV",
    "Sage",
    "Lexware",
    "Holded",
    "Pennylane",
    "Odoo",
    "NetSuite",
    "Stripe Tax",
    "Billit",
    "Fortnox",
    "Exact",
    "FreeAgent",
    "Zoho Books"
  };
  private static final String[] NAMES = {
    "Anna", "Jonas", "Lucía", "Mateo", "Chloé", "Hugo", "Emma", "Liam", "Sofia", "Noah", "Mia",
    "Paul", "Clara", "Diego", "Inès", "Louis", "Olivia", "Ethan", "Priya", "Wei", "Marta", "Felix",
    "Nina", "Oscar", "Ivy", "Ravi", "Lena", "Pablo", "Jade", "Tom"
  };

  /**
   * The parts of a language; braces are filled: {amount} {date} {invoice} {order} {code} {tool}
   * {n}.
   */
  private record Tongue(
      Locale locale,
      List<String> openings,
      List<String> leads,
      List<String> details,
      List<String> impacts,
      List<String> again,
      List<String> closings,
      List<String> thanks,
      List<String> replies,
      List<String> solutions,
      String pii,
      String subjectPrefix) {}

  private Texts() {}

  static String customer(
      Family family,
      String language,
      String currency,
      long at,
      Rng rng,
      @Nullable String sign,
      int attempt) {
    Tongue tongue = tongue(language);
    StringBuilder out = new StringBuilder(260);
    if (rng.chance(0.8)) {
      out.append(typo(rng.pick(tongue.openings()), rng)).append(' ');
    }
    if (attempt > 0 && rng.chance(0.7)) {
      out.append(typo(rng.pick(tongue.again()), rng)).append(' ');
    }
    String statement = rng.pick(family.sentences(language));
    if (rng.chance(0.35)) {
      out.append(rng.pick(tongue.leads())).append(' ').append(statement);
    } else {
      out.append(capital(statement));
    }
    out.append(". ");
    if (sign != null) {
      out.append(capital(sign)).append(". ");
    }
    int details = 1 + (rng.chance(0.5) ? 1 : 0);
    for (int i = 0; i < details; i++) {
      out.append(typo(fill(rng.pick(tongue.details()), tongue, currency, at, rng), rng))
          .append(' ');
    }
    if (rng.chance(0.5)) {
      out.append(typo(fill(rng.pick(tongue.impacts()), tongue, currency, at, rng), rng))
          .append(' ');
    }
    out.append(typo(rng.pick(tongue.closings()), rng)).append(' ').append(rng.pick(NAMES));
    return out.toString();
  }

  /** A further message inside a contact. */
  static String detail(String language, String currency, long at, Rng rng) {
    Tongue tongue = tongue(language);
    return fill(rng.pick(tongue.details()), tongue, currency, at, rng)
        + " "
        + typo(rng.pick(tongue.closings()), rng)
        + " "
        + rng.pick(NAMES);
  }

  static String personal(String language, String value) {
    return tongue(language).pii().replace("{value}", value);
  }

  static String thanks(String language, Rng rng) {
    Tongue tongue = tongue(language);
    return rng.pick(tongue.thanks()) + " " + rng.pick(NAMES);
  }

  static String reply(String language, String currency, long at, Rng rng) {
    Tongue tongue = tongue(language);
    return fill(rng.pick(tongue.replies()), tongue, currency, at, rng);
  }

  static String solution(String language, String currency, long at, Rng rng) {
    Tongue tongue = tongue(language);
    return fill(rng.pick(tongue.solutions()), tongue, currency, at, rng);
  }

  static String subject(Family family, String language, Rng rng) {
    String statement = rng.pick(family.sentences(language));
    String head = rng.chance(0.2) ? tongue(language).subjectPrefix() + " " : "";
    return head + capital(statement) + (rng.chance(0.3) ? " #" + rng.digits(5) : "");
  }

  static String note(Rng rng) {
    return rng.pick(
            "Checked the logs of the last two days, reproduced on the test account.",
            "Asked the product team for the state of the ticket.",
            "Customer confirmed the steps, waiting for an answer of the partner.",
            "Looked up the ledger entries, nothing unusual.",
            "Same steps as in the runbook, second attempt.",
            "Handed over with all details to the next shift.")
        + " Ref "
        + rng.hex(6);
  }

  private static Tongue tongue(String language) {
    Tongue tongue = TONGUES.get(language);
    if (tongue == null) {
      throw new IllegalArgumentException("no grammar for language '" + language + "'");
    }
    return tongue;
  }

  private static String fill(String text, Tongue tongue, String currency, long at, Rng rng) {
    String out = text;
    if (out.contains("{amount}")) {
      double value = Math.exp(rng.between(2.5, 9.2));
      out = out.replace("{amount}", String.format(tongue.locale(), "%,.2f %s", value, currency));
    }
    if (out.contains("{date}")) {
      LocalDate day = LocalDate.ofEpochDay(Times.dayOf(at) - rng.whole(0, 12));
      out = out.replace("{date}", date(day, tongue, rng));
    }
    out = out.replace("{invoice}", "INV-" + rng.whole(20, 26) + "-" + rng.digits(5));
    out = out.replace("{order}", "#" + rng.whole(10000, 99999));
    out =
        out.replace(
            "{code}", rng.pick("E", "PX", "ERR", "HTTP", "CF", "BK") + "-" + rng.whole(100, 9999));
    out = out.replace("{tool}", rng.pick(TOOLS));
    return out.replace("{n}", Integer.toString(rng.whole(2, 48)));
  }

  private static String date(LocalDate day, Tongue tongue, Rng rng) {
    return switch (rng.whole(0, 2)) {
      case 0 -> day.toString();
      case 1 -> day.format(DateTimeFormatter.ofPattern("d MMMM", tongue.locale()));
      default ->
          day.format(
              DateTimeFormatter.ofLocalizedDate(FormatStyle.SHORT).withLocale(tongue.locale()));
    };
  }

  /** Two letters swapped now and then: only in words that carry no meaning for the family. */
  private static String typo(String text, Rng rng) {
    if (text.length() < 8 || !rng.chance(0.06)) {
      return text;
    }
    int at = rng.whole(2, text.length() - 4);
    char first = text.charAt(at);
    char second = text.charAt(at + 1);
    if (!Character.isLowerCase(first) || !Character.isLowerCase(second)) {
      return text;
    }
    return text.substring(0, at) + second + first + text.substring(at + 2);
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static Tongue english() {
    return new Tongue(
        Locale.UK,
        List.of(
            "Hello,",
            "Hi team,",
            "Dear support,",
            "Good morning,",
            "Good afternoon,",
            "Hi there,",
            "To whom it may concern,",
            "Hello again,"),
        List.of(
            "We noticed that",
            "Since yesterday",
            "Could you check:",
            "Our team reports that",
            "For a few days now",
            "I have a question:",
            "Just to let you know,"),
        List.of(
            "It concerns invoice {invoice} over {amount}.",
            "The order is {order} of {date}.",
            "We first saw it on {date}.",
            "The amount is {amount}.",
            "The screen shows code {code}.",
            "We work with {tool}.",
            "About {n} items are concerned.",
            "It happened {n} times since {date}.",
            "Reference {invoice}, order {order}.",
            "The last one that worked was on {date}.",
            "We already tried it in another browser, same code {code}.",
            "Our colleague in finance sees {amount} instead.",
            "In {tool} everything looks fine."),
        List.of(
            "This blocks our month end.", "We have {n} customers waiting.",
            "Please treat it as urgent.", "It costs us about {amount} a day.",
            "Our accountant needs it until {date}.", "It is not urgent but annoying."),
        List.of(
            "I am writing again about the same matter.",
            "This is still not working.",
            "Your last answer did not help.",
            "The problem came back."),
        List.of(
            "Thanks,",
            "Best regards,",
            "Kind regards,",
            "Many thanks in advance,",
            "Cheers,",
            "Please help,",
            "Looking forward to your answer,"),
        List.of(
            "Thank you, that works now!",
            "Great, thanks a lot.",
            "Perfect, thank you for the quick help.",
            "Thanks, have a nice day."),
        List.of(
            "Thank you for your message. Could you send us the number of the order from {date}?",
            "I looked into it and need one more detail: was {amount} the full sum?",
            "Thanks for waiting. We are checking reference {invoice} with our partner.",
            "Sorry for the trouble. Please try the steps in the article and tell us what you see.",
            "I understand. Which user of yours saw code {code}?"),
        List.of(
            "We corrected the setting on our side; please check {invoice} once more.",
            "This is done: {amount} will show up within two working days.",
            "The cause was found and removed, order {order} is fine again.",
            "Please follow the steps in the linked article, it takes {n} minutes.",
            "We reset it for you. Should it come back, just answer here."),
        "My details for the call: {value}.",
        "Urgent:");
  }

  private static Tongue german() {
    return new Tongue(
        Locale.GERMANY,
        List.of(
            "Hallo,",
            "Guten Tag,",
            "Guten Morgen,",
            "Sehr geehrte Damen und Herren,",
            "Liebes Team,",
            "Hallo zusammen,"),
        List.of(
            "Uns ist aufgefallen:",
            "Seit gestern gilt:",
            "Bitte prüfen Sie:",
            "Unser Team meldet:",
            "Eine Frage:"),
        List.of(
            "Es geht um Rechnung {invoice} über {amount}.",
            "Die Bestellung ist {order} vom {date}.",
            "Zuerst bemerkt am {date}.",
            "Der Betrag ist {amount}.",
            "Angezeigt wird der Code {code}.",
            "Wir arbeiten mit {tool}.",
            "Etwa {n} Vorgänge sind betroffen.",
            "Das passierte {n} Mal seit {date}.",
            "Im anderen Browser kommt derselbe Code {code}.",
            "In {tool} sieht alles richtig aus.",
            "Die Kollegin in der Finanzabteilung sieht {amount}."),
        List.of(
            "Das blockiert unseren Monatsabschluss.",
            "Bei uns warten {n} Kunden.",
            "Bitte dringend behandeln.",
            "Das kostet uns etwa {amount} am Tag.",
            "Es eilt nicht, ist aber lästig."),
        List.of(
            "Ich schreibe noch einmal in derselben Sache.", "Es geht leider immer noch nicht.",
            "Die letzte Antwort half nicht.", "Das Problem ist wieder da."),
        List.of(
            "Danke,",
            "Viele Grüße,",
            "Mit freundlichen Grüßen,",
            "Besten Dank im Voraus,",
            "Bitte um Hilfe,"),
        List.of(
            "Danke, jetzt geht es!",
            "Super, vielen Dank.",
            "Perfekt, danke für die schnelle Hilfe."),
        List.of(
            "Vielen Dank für Ihre Nachricht. Wie lautet die Nummer der Bestellung vom {date}?",
            "Ich habe nachgesehen und brauche noch eine Angabe: waren {amount} die volle Summe?",
            "Wir prüfen den Vorgang {invoice} mit unserem Partner.",
            "Bitte versuchen Sie die Schritte im Artikel und sagen Sie uns, was Sie sehen."),
        List.of(
            "Wir haben die Einstellung korrigiert; bitte prüfen Sie {invoice} noch einmal.",
            "Erledigt: {amount} erscheint in zwei Werktagen.",
            "Die Ursache ist behoben, {order} ist wieder in Ordnung.",
            "Bitte folgen Sie dem Artikel, das dauert {n} Minuten."),
        "Meine Angaben für den Rückruf: {value}.",
        "Dringend:");
  }

  private static Tongue spanish() {
    return new Tongue(
        Locale.of("es", "ES"),
        List.of("Hola,", "Buenos días,", "Buenas tardes,", "Estimado equipo,", "Hola a todos,"),
        List.of(
            "Hemos visto que",
            "Desde ayer",
            "Por favor revisen:",
            "Nuestro equipo dice que",
            "Una consulta:"),
        List.of(
            "Se trata de la factura {invoice} por {amount}.",
            "El pedido es {order} del {date}.",
            "Lo vimos por primera vez el {date}.",
            "El importe es {amount}.",
            "La pantalla muestra el código {code}.",
            "Trabajamos con {tool}.",
            "Afecta a unos {n} registros.",
            "Ha pasado {n} veces desde el {date}.",
            "Con otro navegador sale el mismo código {code}.",
            "En {tool} todo parece correcto."),
        List.of(
            "Esto bloquea el fin de mes.",
            "Tenemos {n} clientes esperando.",
            "Por favor, es urgente.",
            "Nos cuesta unos {amount} al día.",
            "No es urgente pero molesta."),
        List.of(
            "Escribo otra vez por el mismo asunto.", "Sigue sin funcionar.",
            "La última respuesta no ayudó.", "El problema ha vuelto."),
        List.of(
            "Gracias,",
            "Un saludo,",
            "Saludos cordiales,",
            "Gracias de antemano,",
            "Quedo a la espera,"),
        List.of(
            "¡Gracias, ya funciona!", "Perfecto, muchas gracias.", "Genial, gracias por la ayuda."),
        List.of(
            "Gracias por su mensaje. ¿Cuál es el número del pedido del {date}?",
            "Lo hemos revisado y falta un dato: ¿{amount} era la suma completa?",
            "Estamos comprobando la referencia {invoice} con nuestro socio.",
            "Por favor siga los pasos del artículo y díganos qué ve."),
        List.of(
            "Hemos corregido el ajuste; por favor revise {invoice} de nuevo.",
            "Hecho: {amount} aparecerá en dos días laborables.",
            "La causa está resuelta, {order} está bien.",
            "Siga el artículo, tarda {n} minutos."),
        "Mis datos para la llamada: {value}.",
        "Urgente:");
  }

  private static Tongue french() {
    return new Tongue(
        Locale.FRANCE,
        List.of("Bonjour,", "Bonsoir,", "Madame, Monsieur,", "Chère équipe,", "Bonjour à tous,"),
        List.of(
            "Nous constatons ceci :",
            "Depuis hier,",
            "Merci de vérifier :",
            "Notre équipe signale ceci :",
            "Une question :"),
        List.of(
            "Il s'agit de la facture {invoice} de {amount}.",
            "La commande est {order} du {date}.",
            "Vu pour la première fois le {date}.",
            "Le montant est {amount}.",
            "L'écran affiche le code {code}.",
            "Nous travaillons avec {tool}.",
            "Environ {n} éléments sont touchés.",
            "C'est arrivé {n} fois depuis le {date}.",
            "Avec un autre navigateur, même code {code}.",
            "Dans {tool} tout semble correct."),
        List.of(
            "Cela bloque notre fin de mois.",
            "Nous avons {n} clients qui attendent.",
            "Merci de traiter en urgence.",
            "Cela nous coûte environ {amount} par jour.",
            "Ce n'est pas urgent mais gênant."),
        List.of(
            "J'écris encore pour le même sujet.", "Cela ne marche toujours pas.",
            "La dernière réponse n'a pas aidé.", "Le problème est revenu."),
        List.of(
            "Merci,",
            "Cordialement,",
            "Bien à vous,",
            "Merci d'avance,",
            "Dans l'attente de votre réponse,"),
        List.of(
            "Merci, cela marche !", "Parfait, merci beaucoup.", "Super, merci pour votre aide."),
        List.of(
            "Merci pour votre message. Quel est le numéro de la commande du {date} ?",
            "Nous avons regardé, il manque un détail : {amount} était la somme totale ?",
            "Nous vérifions la référence {invoice} avec notre partenaire.",
            "Merci de suivre les étapes de l'article et de nous dire ce que vous voyez."),
        List.of(
            "Nous avons corrigé le réglage ; merci de revoir {invoice}.",
            "C'est fait : {amount} apparaîtra sous deux jours ouvrés.",
            "La cause est corrigée, {order} est en ordre.",
            "Merci de suivre l'article, il faut {n} minutes."),
        "Mes coordonnées pour le rappel : {value}.",
        "Urgent :");
  }
}
