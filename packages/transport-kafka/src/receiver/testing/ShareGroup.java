import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a share group (KIP-932), which only Java's client knows. Releases every delivery of the record "poison" and accepts all others; prints
 * each delivery as "value count", until nothing has come for three seconds. Arguments: host:port, topic, group.
 */
public class ShareGroup {
  public static void main(String[] arguments) throws Exception {
    String brokers = arguments[0], topic = arguments[1], group = arguments[2];
    allow(brokers, group);
    Properties properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    properties.put("group.id", group);
    properties.put("share.acknowledgement.mode", "explicit");
    try (var consumer = new KafkaShareConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      boolean hasBegun = false;
      for (long quietSince = System.nanoTime(); System.nanoTime() - quietSince < (hasBegun ? 3e9 : 30e9); ) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          System.out.println(record.value() + " " + record.deliveryCount().orElse((short) 0));
          boolean isPoison = record.value().equals("poison");
          consumer.acknowledge(record, isPoison ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
          hasBegun = true;
          quietSince = System.nanoTime();
        }
        consumer.commitSync();
      }
    }
  }

  /** Turns the feature on, and lets the group begin with the first record. */
  private static void allow(String brokers, String group) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      var on = new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.UPGRADE);
      admin.updateFeatures(Map.of("share.version", on), new UpdateFeaturesOptions()).all().get();
      var earliest = new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
      var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest))).all().get();
    }
  }
}
