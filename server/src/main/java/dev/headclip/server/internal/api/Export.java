package dev.headclip.server.internal.api;

import dev.headclip.detect.Detection;
import dev.headclip.results.CocoDocument;
import dev.headclip.results.Report;
import dev.headclip.results.ResultFormat;
import dev.headclip.server.internal.http.Connection;
import dev.headclip.server.internal.jobs.Job;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What a batch found, for files: judged by the threshold that the asker chose. */
final class Export {
  /** Forms of it. */
  enum Form {
    csv("text/csv; charset=utf-8", "results.csv"),
    json("application/x-ndjson", "results.jsonl"),
    coco("application/json", "results.coco.json"),
    zip("application/zip", "results.zip");

    private final String media;
    private final String file;

    Form(String media, String file) {
      this.media = media;
      this.file = file;
    }
  }

  private final Services services;
  private final Job job;
  private final double threshold;
  private final boolean guard;

  Export(Services services, Job job, double threshold, boolean guard) {
    this.services = services;
    this.job = job;
    this.threshold = threshold;
    this.guard = guard;
  }

  void answer(Context c, Form form) {
    c.contentType(form.media);
    c.header("Content-Disposition", "attachment; filename=\"%s\"".formatted(form.file));
    try {
      OutputStream out = c.res().getOutputStream();
      if (form == Form.zip) {
        zip(out);
      } else {
        write(form, out);
      }
      c.res().flushBuffer();
    } catch (IOException e) {
      throw new Scorer.Left();
    } catch (RuntimeException e) {
      if (c.res().isCommitted()) {
        // half a file must not look like a whole one
        Connection.abort(c);
        throw new Scorer.Left();
      }
      c.res().reset();
      throw e;
    }
  }

  /** Each image's results come and go: maps of all together would fill the memory. */
  private void write(Form form, OutputStream out) throws IOException {
    if (form == Form.coco) {
      CocoDocument coco = new CocoDocument();
      for (int i : job.there()) {
        Optional<String> error = job.error(i);
        if (error.isPresent()) {
          coco.failed(job.name(i), error.get());
        } else {
          coco.add(job.name(i), job.detection(i, threshold));
        }
      }
      line(out, coco.json());
      return;
    }
    ResultFormat of = form == Form.csv ? ResultFormat.csv : ResultFormat.json;
    Report report = Report.of(of, job.model(), guard, job.compared());
    if (report.header().isPresent()) {
      line(out, report.header().get());
    }
    for (int i : job.there()) {
      Optional<String> error = job.error(i);
      line(
          out,
          error.isPresent()
              ? report.failed(job.name(i), error.get())
              : report.scored(
                  job.name(i), job.detection(i, threshold), Optional.empty(), Optional.empty()));
    }
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void zip(OutputStream to) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(to, StandardCharsets.UTF_8);
    for (Form f : List.of(Form.csv, Form.json, Form.coco)) {
      zip.putNextEntry(new ZipEntry(f.file));
      write(f, zip);
      zip.closeEntry();
    }
    Set<String> names = new HashSet<>();
    for (int i : job.there()) {
      if (job.error(i).isPresent()) {
        continue;
      }
      Detection d = job.detection(i, threshold);
      String name = free(names, job.name(i));
      zip.putNextEntry(new ZipEntry("maps/" + name + ".map.png"));
      zip.write(
          services.rendered(() -> MapImages.map(d, MapImages.Form.png, MapImages.Size.image)));
      zip.closeEntry();
      zip.putNextEntry(new ZipEntry("overlays/" + name + ".jpg"));
      int at = i;
      zip.write(services.rendered(() -> MapImages.overlay(job.image(at), d, services.loader())));
      zip.closeEntry();
    }
    zip.finish();
  }

  /** Names of uploads are no paths upwards, but may come twice. */
  private static String free(Set<String> taken, String name) {
    String plain = name.replaceAll("[<>:\"|?*\\x00-\\x1f]", "_");
    String found = plain;
    for (int n = 2; !taken.add(found.toLowerCase(Locale.ROOT)); n++) {
      found = plain + "-" + n;
    }
    return found;
  }
}
