// What ESPHome's headers ask of ESP-IDF 5.5, declared as far as a compiler needs it to read them.
// Nothing here can run: it stands in for a toolchain that is not at hand. test_esphome.py makes a
// header of each name after ////, holding what follows. Those of the end our YAML includes itself.

//// ArduinoJson.h driver/gpio.h driver/i2c_master.h driver/spi_master.h driver/uart.h
//// esp_adc/adc_cali.h esp_adc/adc_cali_scheme.h esp_adc/adc_oneshot.h esp_attr.h esp_cpu.h esp_err.h
//// esp_heap_caps.h esp_idf_version.h esp_log.h esp_netif.h esp_ota_ops.h esp_rom_md5.h
//// freertos/FreeRTOS.h freertos/ringbuf.h freertos/semphr.h freertos/task.h hal/adc_types.h
//// lwip/ip_addr.h lwip/sockets.h mbedtls/sha256.h mqtt_client.h
#ifndef DECLARED
#define DECLARED

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "sdkconfig.h"

#define ESP_IDF_VERSION_VAL(major, minor, patch) ((major << 16) | (minor << 8) | (patch))
#define ESP_IDF_VERSION ESP_IDF_VERSION_VAL(5, 5, 4)
#define IRAM_ATTR
#define DRAM_ATTR
#define PROGMEM

typedef int esp_err_t;

// FreeRTOS
#define pdTRUE 1
#define pdFALSE 0
#define portMAX_DELAY 0xffffffffu
#define portTICK_PERIOD_MS 1
#define pdMS_TO_TICKS(ms) (ms)
typedef uint32_t TickType_t;
typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef void *TaskHandle_t, *SemaphoreHandle_t, *RingbufHandle_t;
typedef unsigned char StackType_t;
typedef void (*TaskFunction_t)(void *);
struct StaticTask_t { int x; };
struct StaticRingbuffer_t { int x; };
extern "C" {
int xPortInIsrContext();
void vPortYield();
void vTaskDelay(TickType_t);
TickType_t xTaskGetTickCount();
TaskHandle_t xTaskGetCurrentTaskHandle();
BaseType_t xTaskNotifyGive(TaskHandle_t);
uint32_t ulTaskNotifyTake(BaseType_t, TickType_t);
void vTaskNotifyGiveFromISR(TaskHandle_t, BaseType_t *);
char *pcTaskGetName(TaskHandle_t);
SemaphoreHandle_t xSemaphoreCreateMutex();
int xSemaphoreTake(SemaphoreHandle_t, TickType_t);
int xSemaphoreGive(SemaphoreHandle_t);
}

// Memory, processor, hashes
#define MALLOC_CAP_8BIT 1
#define MALLOC_CAP_INTERNAL 2
#define MALLOC_CAP_SPIRAM 4
extern "C" {
size_t heap_caps_get_free_size(uint32_t);
size_t heap_caps_get_largest_free_block(uint32_t);
void *heap_caps_malloc_prefer(size_t, size_t, ...);
void *heap_caps_realloc_prefer(void *, size_t, size_t, ...);
uint32_t esp_cpu_get_cycle_count();
}
struct md5_context_t { int x; };
struct mbedtls_sha256_context { int x; };

// Pins, buses, analogue inputs, updates
enum gpio_num_t { GPIO_NUM_0, GPIO_NUM_4 = 4, GPIO_NUM_5, GPIO_NUM_13 = 13, GPIO_NUM_14,
                  GPIO_NUM_16 = 16, GPIO_NUM_17, GPIO_NUM_18, GPIO_NUM_19, GPIO_NUM_21 = 21,
                  GPIO_NUM_22, GPIO_NUM_23, GPIO_NUM_25 = 25, GPIO_NUM_26, GPIO_NUM_27,
                  GPIO_NUM_32 = 32, GPIO_NUM_33, GPIO_NUM_34, GPIO_NUM_35, GPIO_NUM_MAX = 40 };
enum gpio_drive_cap_t { GPIO_DRIVE_CAP_0, GPIO_DRIVE_CAP_2 = 2, GPIO_DRIVE_CAP_MAX = 4 };
enum uart_port_t { UART_NUM_0, UART_NUM_1 };
extern "C" int uart_write_bytes(uart_port_t, const void *, size_t);
enum spi_host_device_t { SPI1_HOST, SPI2_HOST, SPI3_HOST };
enum i2c_port_t { I2C_NUM_0, I2C_NUM_1 };
typedef void *i2c_master_dev_handle_t, *i2c_master_bus_handle_t;
enum adc_atten_t { ADC_ATTEN_DB_0, ADC_ATTEN_DB_2_5, ADC_ATTEN_DB_6, ADC_ATTEN_DB_12 };
#define ADC_ATTEN_DB_11 ADC_ATTEN_DB_12
enum adc_unit_t { ADC_UNIT_1, ADC_UNIT_2 };
enum adc_channel_t { ADC_CHANNEL_0, ADC_CHANNEL_6 = 6, ADC_CHANNEL_7 };
#define SOC_ADC_PERIPH_NUM 2
typedef void *adc_oneshot_unit_handle_t, *adc_cali_handle_t;
typedef uint32_t esp_ota_handle_t;
struct esp_partition_t { int x; };
enum esp_ota_img_states_t { ESP_OTA_IMG_UNDEFINED };

// Network
typedef uint8_t u8_t;
struct ip4_addr_t { uint32_t addr; };
struct ip_addr_t { uint32_t addr; };
struct esp_ip4_addr_t { uint32_t addr; };
struct esp_ip_addr_t { union { esp_ip4_addr_t ip4; } u_addr; uint8_t type; };
#define IPADDR_TYPE_V4 0
#define IPADDR_STRLEN_MAX 46
#define ip_addr_set_zero(address) ((address)->addr = 0)
#define ip_addr_copy(to, from) ((to) = (from))
#define ip_addr_cmp(one, other) ((one)->addr == (other)->addr)
#define ip_addr_isany(address) ((address)->addr == 0)
#define ip_addr_ismulticast(address) 0
#define ip_2_ip4(address) (address)
#define IP_ADDR4(address, a, b, c, d) ((address)->addr = (a))
#define IP_IS_V4(address) 1
#define IP_IS_V6(address) 0
extern "C" {
int ipaddr_aton(const char *, ip_addr_t *);
char *ipaddr_ntoa_r(const ip_addr_t *, char *, int);
ssize_t lwip_read(int, void *, size_t);
ssize_t lwip_readv(int, const struct iovec *, int);
ssize_t lwip_write(int, const void *, size_t);
ssize_t lwip_writev(int, const struct iovec *, int);
}

// MQTT
struct esp_mqtt_client;
typedef esp_mqtt_client *esp_mqtt_client_handle_t;
struct esp_mqtt_client_config_t { int x; };
struct esp_mqtt_error_codes_t { int x; };
enum esp_mqtt_event_id_t { MQTT_EVENT_ANY };
struct esp_mqtt_event_t {
  esp_mqtt_event_id_t event_id;
  char *data, *topic;
  int data_len, total_data_len, current_data_offset, topic_len, msg_id, session_present, qos;
  bool retain, dup;
  esp_mqtt_error_codes_t *error_handle;
};
typedef const char *esp_event_base_t;
extern "C" {
int esp_mqtt_client_start(esp_mqtt_client_handle_t);
int esp_mqtt_client_destroy(esp_mqtt_client_handle_t);
int esp_mqtt_client_disconnect(esp_mqtt_client_handle_t);
int esp_mqtt_client_subscribe(esp_mqtt_client_handle_t, const char *, int);
int esp_mqtt_client_unsubscribe(esp_mqtt_client_handle_t, const char *);
int esp_mqtt_client_publish(esp_mqtt_client_handle_t, const char *, const char *, int, int, int);
int esp_mqtt_client_enqueue(esp_mqtt_client_handle_t, const char *, const char *, int, int, int,
                            bool);
}

// ArduinoJson, which ESPHome brings along
struct JsonVariant {
  template <class T> bool set(T) { return true; }
  template <class T> T as() { return T(); }
};
struct JsonObject { JsonVariant operator[](const char *); };
struct JsonObjectConst { JsonObjectConst(JsonObject) {} };
struct JsonArray {};
struct JsonDocument { template <class T> T to() { return T(); } };
#endif

//// esp_random.h
#include <cstdint>
extern "C" uint32_t esp_random();

//// bootloader_random.h
extern "C" void bootloader_random_enable();
extern "C" void bootloader_random_disable();

//// esp_system.h
enum esp_reset_reason_t { ESP_RST_POWERON, ESP_RST_BROWNOUT, ESP_RST_TASK_WDT, ESP_RST_INT_WDT,
                          ESP_RST_WDT };
extern "C" esp_reset_reason_t esp_reset_reason();

//// esp_task_wdt.h
#include <cstdint>
struct esp_task_wdt_config_t { uint32_t timeout_ms, idle_core_mask; bool trigger_panic; };
extern "C" int esp_task_wdt_reset();
extern "C" int esp_task_wdt_reconfigure(const esp_task_wdt_config_t *);
