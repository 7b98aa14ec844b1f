package example;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.web.servlet.AutoConfigureMockMvc;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.web.servlet.MockMvc;

@SpringBootTest
@AutoConfigureMockMvc
class InspectionControllerTest {
  @Autowired private MockMvc mvc;

  @Test
  void picturesAreJudgedAndOthersRefused() throws Exception {
    byte[] stain = Files.readAllBytes(Path.of(System.getProperty("samples"), "mesh_rough.jpg"));
    mvc.perform(post("/inspections").content(stain))
        .andExpect(status().isOk())
        .andExpect(jsonPath("$.anomalous").value(true))
        .andExpect(jsonPath("$.regions[0].score").exists());
    mvc.perform(post("/inspections").content("no picture"))
        .andExpect(status().isUnprocessableEntity());
  }
}
