package dev.headclip.internal.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Pieces of a page. */
public final class Html {
  private static final String STYLE =
      """
      :root{color-scheme:light dark;--fg:#1c1e21;--bg:#fff;--soft:#f2f3f5;--line:#d0d4da;--mute:#69707a;
      --c0:#2166ac;--c1:#c0392b;--c2:#2e8b57;--c3:#8e44ad;--c4:#d68910;--c5:#16a085}
      @media(prefers-color-scheme:dark){:root{--fg:#e4e6ea;--bg:#17191c;--soft:#22252a;--line:#3a3f46;
      --mute:#9aa2ad;--c0:#6baed6;--c1:#ef7f72;--c2:#66c28e;--c3:#c39bd3;--c4:#f5b75c;--c5:#5fd0bd}}
      body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:68rem;
      margin:2rem auto;padding:0 1rem}
      h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums}
      th,td{padding:.2rem .7rem;border-bottom:1px solid var(--line);text-align:right}
      th:first-child,td:first-child{text-align:left}
      .scroll td:not(:first-child){white-space:nowrap}
      .scroll{overflow-x:auto}.mute{color:var(--mute)}
      svg text{fill:var(--fg);font:11px system-ui,sans-serif}
      svg .grid{stroke:var(--line);stroke-width:1}
      pre{background:var(--soft);padding:.7rem;overflow-x:auto;font-size:12px}
      .row{display:flex;flex-wrap:wrap;gap:1.5rem}
      svg{max-width:100%;height:auto}
      .facts{width:100%}.facts td{text-align:left;vertical-align:top;overflow-wrap:anywhere}
      .facts td:first-child{white-space:nowrap;width:1%}
      summary{cursor:pointer;margin:.4rem 0}
      .maps th,.maps td{text-align:center;padding:.2rem}
      figure{margin:0;max-width:100%}figure img{cursor:zoom-in}
      @media(max-width:34rem){figure img{width:22vw;height:22vw}
      section{overflow-x:auto}svg{max-width:none;flex:none}}
      figure.big img{width:min(30rem,95vw)!important;height:auto!important;cursor:zoom-out}
      """;

  /** Longer values are folded away. */
  private static final int LONG = 160;

  private Html() {}

  /** Text as it stands, whatever it holds. */
  public static String escape(Object text) {
    return String.valueOf(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** The piece of that name, as it is stored beside the classes. */
  public static String part(String name) {
    try (InputStream in =
        Objects.requireNonNull(Html.class.getResourceAsStream("/headclip/report/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JSON as it may stand inside a script element, where names may hold the end of one. */
  public static String script(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** A whole document. */
  public static String page(String title, String body) {
    return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>%s</title><style>%s</style></head>
        <body><h1>%s</h1>
        %s
        </body></html>
        """
        .formatted(escape(title), STYLE, escape(title), body);
  }

  /** A section with a heading. */
  public static String section(String heading, String body) {
    return "<section><h2>%s</h2>%n%s</section>%n".formatted(escape(heading), body);
  }

  /** Two columns of names and values; long ones are folded away. */
  public static String facts(Map<String, ?> facts) {
    StringBuilder s = new StringBuilder("<table class=\"facts\">");
    facts.forEach(
        (k, v) -> {
          String text = escape(v);
          String shown =
              text.length() > LONG
                  ? "<details><summary>%s ...</summary>%s</details>"
                      .formatted(escape(String.valueOf(v).substring(0, 60)), text)
                  : text;
          s.append("<tr><td>%s</td><td>%s</td></tr>".formatted(escape(k), shown));
        });
    return s.append("</table>").toString();
  }

  /** A table of texts; the first column holds names. */
  public static String table(List<String> head, List<List<String>> rows) {
    return tableOf(head, rows.stream().map(r -> r.stream().map(Html::escape).toList()).toList());
  }

  /** The same whose cells are HTML. */
  public static String tableOf(List<String> head, List<List<String>> rows) {
    StringBuilder s = new StringBuilder("<div class=\"scroll\"><table><thead><tr>");
    head.forEach(h -> s.append("<th>").append(escape(h)).append("</th>"));
    s.append("</tr></thead><tbody>");
    for (List<String> row : rows) {
      s.append("<tr>");
      row.forEach(c -> s.append("<td>").append(c).append("</td>"));
      s.append("</tr>");
    }
    return s.append("</tbody></table></div>").toString();
  }

  /** To a file beside the page, or below its folder. */
  public static String link(String file) {
    return link(file, file);
  }

  /** The same with a text of its own. */
  public static String link(String file, String text) {
    try {
      // a leading ./ keeps a colon in a name from being a scheme
      String path = new URI(null, null, "./" + file, null).toASCIIString();
      return "<a href=\"%s\">%s</a>".formatted(escape(path), escape(text));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(file, e);
    }
  }

  /** A square picture inside the page. */
  public static String image(byte[] jpeg, int side, String alt) {
    return "<img width=\"%d\" height=\"%d\" alt=\"%s\" src=\"data:image/jpeg;base64,%s\">"
        .formatted(side, side, escape(alt), Base64.getEncoder().encodeToString(jpeg));
  }
}
