import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.kafka.common.utils.Utils;

/** Reads keys in hexadecimal, one a line, and prints the hash that Java's clients spread each by. */
public class Murmur2 {
  public static void main(String[] arguments) throws Exception {
    BufferedReader keys = new BufferedReader(new InputStreamReader(System.in));
    for (String key; (key = keys.readLine()) != null; ) {
      System.out.println(Utils.murmur2(HexFormat.of().parseHex(key)));
    }
  }
}
