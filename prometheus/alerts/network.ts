import { counted } from './counted.ts';
import {
  alarmOf,
  alarmReason,
  overAlarm,
  overUsual,
  PLACE,
  recorded,
  ruleMatches,
  usual,
} from './expressions.ts';
import type { AlertGroup } from './model.ts';

const POD = 'node="a",namespace="shop",pod="web-1"';
const ON_POD = { node: 'a', namespace: 'shop', pod: 'web-1' };
const BYTES = (direction: string) =>
  `kubevigil_network_bytes_total{node="a",device="eth0",direction="${direction}"}`;
const PACKETS = 'kubevigil_network_packets_total{node="a",device="eth0",direction="receive"}';
const CONNECTIONS = (state: string) => `kubevigil_tcp_connections{${POD},state="${state}"}`;
const LISTEN = (event: string) => `kubevigil_tcp_listen_events_total{${POD},event="${event}"}`;
const DESTINATIONS = (rule: string) => `kubevigil_outbound_destinations_total{${POD},rule="${rule}"}`;
const METADATA_RULE =
  'kubevigil_rule_info{node="a",rule="cloud_metadata_service",on="connection",severity="critical",mitre="T1552.005"}';
const LISTENING = (pod: string) =>
  `kubevigil_listening_sockets{node="a",namespace="shop",pod="${pod}",protocol="tcp"}`;
const SNIFFERS = `kubevigil_network_sniffers{${POD},kind="packet_socket"}`;
const KNOWN_NODE = 'kubevigil_network_sniffers{node="a",kind="promiscuous_interface"}';

const transmitted = recorded('network_transmit_bytes_per_second', 'node');
const received = recorded('network_receive_bytes_per_second', 'node');
const packets = recorded('network_receive_packets_per_second', 'node');
const established = recorded('tcp_established', 'pod');
const listening = recorded('listening_sockets', 'pod');
const sniffers = recorded('network_sniffers', 'pod');
/** A scan of all ports is over by then. */
const SCAN_SECONDS = 60;
/** Twice as long, so that a scan in the middle between two scrapes a minute apart is in it. */
const refused = counted({
  metric: 'kubevigil_tcp_resets_sent_total',
  window: '2m',
  by: ['namespace', 'pod'],
});
const scanned = counted({
  metric: 'kubevigil_outbound_destinations_total',
  where: 'rule="cluster_destination"',
  window: '5m',
  by: ['namespace', 'pod'],
});
const contacted = (ago?: '1h') =>
  counted({
    metric: 'kubevigil_outbound_destinations_total',
    where: 'rule="external_destination"',
    window: '1h',
    by: ['namespace', 'pod'],
    ...(ago === undefined ? {} : { ago }),
  });

/** What comes over the network, goes out by it, or listens to it. */
export const networkAlerts: AlertGroup = {
  name: 'kubevigil-attack-network',
  title: 'Network',
  alerts: [
    {
      name: 'KubevigilExfiltration',
      expr: `${overUsual('network_transmit_bytes_per_second', 'node', 10)} and ${transmitted} > 5e6`,
      for: { duration: '2m', why: 'a page with large images is sent in seconds, a database takes minutes' },
      severity: 'warning',
      technique: 'T1041',
      summary: `${PLACE}: {{ $value | humanize1024 }}B/s leave the node, more than ten times the usual`,
      meaning: 'Far more data leaves the node than in the day before.',
      threshold:
        'Ten times the mean of the day, since what is usual depends on the node; and 5 MB/s, 300 MB a minute, because ten times nothing is nothing.',
      look: [
        'Pod dashboard: which pod transmits (`container_network_transmit_bytes_per_second`)?',
        'Its new destinations (`external_destination`), and who should read that data at all.',
      ],
      harmless: [
        'Backups, pushed images, a new replica that is filled. They go to known addresses at known times.',
      ],
      fires: {
        when: 'after a quiet hour 20 MB/s leave the node',
        input: { [BYTES('transmit')]: '0+15e5x240 36e7+3e8x20' },
        at: '64m',
        labels: { node: 'a' },
        summary: 'a: 19.07MiB/s leave the node, more than ten times the usual',
      },
      quiet: {
        when: 'a node that always sends 20 MB/s',
        input: { [BYTES('transmit')]: '0+3e8x260' },
        at: '64m',
      },
    },
    {
      name: 'KubevigilPacketFlood',
      expr: `${overAlarm('network_receive_packets_per_second')} and ${received} / ${packets} < 200`,
      for: { duration: '1m', why: 'bursts of small packets last seconds' },
      severity: 'critical',
      technique: 'T1498',
      summary: `${PLACE}: {{ $value | humanize }} small packets a second come in`,
      meaning: 'The node is flooded with small packets.',
      threshold: `${alarmReason('network_receive_packets_per_second')} Small: below 200 bytes on average, while transfers come in full packets.`,
      look: [
        '`KubevigilSynFlood`: is it TCP? Else UDP or ICMP: `tcpdump -c 1000` on the uplink.',
        'One source (block it at the edge) or many.',
      ],
      harmless: [
        'Name servers, telephony and game servers live on small packets: raise the bound for their nodes.',
      ],
      fires: {
        when: 'a hundred thousand packets of 60 bytes come in a second',
        input: { [PACKETS]: '0+15e5x80', [BYTES('receive')]: '0+9e7x80' },
        at: '10m',
        labels: { node: 'a' },
        summary: 'a: 100k small packets a second come in',
      },
      quiet: {
        when: 'as many full packets: a download',
        input: { [PACKETS]: '0+15e5x80', [BYTES('receive')]: '0+2.25e9x80' },
        at: '10m',
      },
    },
    {
      name: 'KubevigilRetransmissions',
      expr: overAlarm('tcp_retransmitted_segments_per_second'),
      for: { duration: '5m', why: 'routes that change cost some seconds' },
      severity: 'info',
      technique: 'T1498',
      summary: `${PLACE}: {{ $value | humanize }} TCP segments are sent again each second`,
      meaning: 'The network loses what is sent: it is congested, or flooded.',
      threshold: alarmReason('tcp_retransmitted_segments_per_second'),
      look: [
        'On all nodes at once (the network), on one (its uplink), in one pod (its peer)?',
        '`KubevigilPacketFlood` and `KubevigilExfiltration` nearby.',
      ],
      harmless: ['A failing cable or a peer that is switched off.'],
      fires: {
        when: 'two hundred a second are lost',
        input: { [`kubevigil_tcp_retransmitted_segments_total{${POD}}`]: '0+3000x80' },
        at: '15m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 200 TCP segments are sent again each second',
      },
      quiet: {
        when: 'ten a second are lost',
        input: { [`kubevigil_tcp_retransmitted_segments_total{${POD}}`]: '0+150x80' },
        at: '15m',
      },
    },
    {
      name: 'KubevigilConnectionFlood',
      expr: `${overUsual('tcp_established', 'pod', 5)} and ${established} > 500`,
      for: {
        duration: '1m',
        why: 'clients that all connect again after a restart are served within a minute',
      },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: {{ $value | humanize }} connections are open, more than five times the usual`,
      meaning:
        'Far more connections are held open than in the day before: a flood of requests, exhaustion of connections, or slowloris.',
      threshold:
        'Five times the mean of the day, since what is usual depends on the service; and 500, below which no server minds.',
      look: [
        'Do bytes come with them (a flood of requests) or hardly any (slowloris)?',
        'From few addresses or many: `ss -tn state established` in the network namespace of the pod.',
      ],
      harmless: ['A sale, a news item: bytes and CPU grow with the connections, and customers answer.'],
      fires: {
        when: 'two thousand connections where there are 50',
        input: { [CONNECTIONS('established')]: '50x240 2000x20' },
        at: '64m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 2k connections are open, more than five times the usual',
      },
      quiet: {
        when: 'a service that always has two thousand',
        input: { [CONNECTIONS('established')]: '2000x260' },
        at: '64m',
      },
    },
    {
      name: 'KubevigilSynFlood',
      expr: `${overAlarm('tcp_syn_recv')} or ${overAlarm('tcp_syncookies_per_second')}`,
      for: { duration: '1m', why: 'a burst of honest clients is through its handshakes within seconds' },
      severity: 'critical',
      technique: 'T1499.001',
      summary: `${PLACE}: connections begin and are not completed ({{ $value | humanize }} half open, or SYN cookies a second)`,
      meaning: 'Many connections are begun and never completed.',
      threshold: `${alarmReason('tcp_syn_recv')} ${alarmReason('tcp_syncookies_per_second')}`,
      look: [
        '`ss -tn state syn-recv` in the network namespace of the pod: addresses that answer no ping are forged.',
        'Do honest clients still get through? SYN cookies see to that, at the price of TCP options.',
      ],
      harmless: ['A firewall that drops the answers of this one service.'],
      fires: {
        when: 'three hundred connections are half open',
        input: { [CONNECTIONS('syn_recv')]: '2x20 300x20', [LISTEN('syncookie')]: '0x40' },
        at: '8m',
        labels: ON_POD,
        summary:
          'shop/web-1 on a: connections begin and are not completed (300 half open, or SYN cookies a second)',
      },
      quiet: {
        when: 'a burst of 100, and one cookie an hour ago',
        input: { [CONNECTIONS('syn_recv')]: '2x20 100x20', [LISTEN('syncookie')]: '1x40' },
        at: '8m',
      },
    },
    {
      name: 'KubevigilListenOverflow',
      expr: overAlarm('tcp_listen_overflows_per_second'),
      for: { duration: '2m', why: 'a service that starts takes connections late for some seconds' },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: {{ $value | humanize }} connections a second are refused for a full queue`,
      meaning: 'A service does not take its connections any more: it is flooded, or hangs.',
      threshold: alarmReason('tcp_listen_overflows_per_second'),
      look: [
        '`KubevigilConnectionFlood` on the same pod: flooded. Without it the service hangs: its CPU time and its log.',
      ],
      harmless: ['A backlog of 5 or so in old servers.'],
      fires: {
        when: 'ten a second are refused',
        input: { [LISTEN('overflow')]: '0+150x40' },
        at: '8m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 10 connections a second are refused for a full queue',
      },
      quiet: {
        when: 'some were refused at the start',
        input: { [LISTEN('overflow')]: '0+20x4 80x40' },
        at: '8m',
      },
    },
    {
      name: 'KubevigilPortScanned',
      expr: `${refused} / ${SCAN_SECONDS} > ${alarmOf('tcp_resets_sent_per_second').above}`,
      for: {
        duration: '0s',
        why: 'a scan of all ports is over in a minute; the two minutes of the expression cover one',
      },
      severity: 'warning',
      technique: 'T1046',
      summary: `${PLACE}: connections are refused as a port scan makes them, as many within two minutes as {{ $value | humanize }} a second for one`,
      meaning: 'Somebody knocks at closed ports of the pod or node, or did so right after the pod began.',
      threshold: `${alarmReason('tcp_resets_sent_per_second')} As many as in a minute of these, within two.`,
      look: [
        '`KubevigilPodScans`: is the scanner in the cluster?',
        'From outside: the firewall should not have let it in.',
      ],
      harmless: [
        'A client that tries again without a pause at a service that is down: one port only.',
        'Your own vulnerability scanner: silence for its hours.',
      ],
      fires: {
        when: 'a hundred ports a second are tried',
        input: { [`kubevigil_tcp_resets_sent_total{${POD}}`]: '0x20 0+1500x20' },
        at: '9m',
        labels: ON_POD,
        summary:
          'shop/web-1 on a: connections are refused as a port scan makes them, as many within two minutes as 200 a second for one',
      },
      quiet: {
        when: 'clients abort ten connections a second',
        input: { [`kubevigil_tcp_resets_sent_total{${POD}}`]: '0+150x46' },
        at: '9m',
      },
      born: {
        series: `kubevigil_tcp_resets_sent_total{${POD}}`,
        least: 50 * SCAN_SECONDS + 60,
        summary:
          'shop/web-1 on a: connections are refused as a port scan makes them, as many within two minutes as 51 a second for one',
      },
    },
    {
      name: 'KubevigilPodScans',
      expr: `${scanned} > 50`,
      for: {
        duration: '0s',
        why: 'a scan is over soon; the five minutes of the expression keep it in sight',
      },
      severity: 'critical',
      technique: 'T1046',
      summary: `${PLACE}: {{ $value | printf "%.0f" }} new addresses and ports in the cluster were tried in 5 minutes`,
      meaning:
        'A pod, or the host, connects to many addresses and ports of the cluster for the first time: it looks for a next target.',
      threshold:
        'More than 50 in five minutes: services know whom they talk to; each address and port counts once.',
      look: [
        '`KubevigilSuspiciousExec` on the pod: a network tool, a shell?',
        '`KubevigilPortScanned` tells whom it found.',
        'Cut it off by a network policy first, keep the pod for the investigation.',
      ],
      harmless: [
        'Prometheus, ingress controllers and service meshes after a restart: they reach every pod once.',
      ],
      fires: {
        when: 'a pod tries 200 ports of its neighbours a minute',
        input: { [DESTINATIONS('cluster_destination')]: '0+50x40' },
        at: '8m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 1000 new addresses and ports in the cluster were tried in 5 minutes',
      },
      quiet: {
        when: 'a service that finds twelve new peers',
        input: { [DESTINATIONS('cluster_destination')]: '3x20 15x20' },
        at: '8m',
      },
      born: {
        series: DESTINATIONS('cluster_destination'),
        least: 51,
        summary: 'shop/web-1 on a: 51 new addresses and ports in the cluster were tried in 5 minutes',
      },
    },
    {
      name: 'KubevigilNewDestinations',
      expr: `${contacted()} > 20 and ${contacted()} > 5 * ${contacted('1h')}`,
      for: { duration: '5m', why: 'opening a page with many parts makes twenty at once' },
      severity: 'info',
      technique: 'T1071',
      summary: `${PLACE}: {{ $value | printf "%.0f" }} public addresses were contacted for the first time within an hour`,
      meaning:
        'A pod, or the host, talks to many public addresses that it has not talked to before, as malware does that looks for its command server.',
      threshold:
        'Five times those of the hour before, and more than 20: crawlers and mail servers do so all day and stay below. A pod in its first hour is not judged.',
      look: [
        'The addresses: DNS logs or flow logs (the metric does not keep them: they would be without bound).',
        'Execs of the pod in that hour.',
      ],
      harmless: [
        'Content delivery networks that answer with new addresses.',
        'A job that begins in a pod which waited for it.',
      ],
      fires: {
        when: 'a pod that never talked to the outside does so in the third hour',
        input: { [DESTINATIONS('external_destination')]: '0x480 0+1x300' },
        at: '182m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 240 public addresses were contacted for the first time within an hour',
      },
      quiet: {
        when: 'a crawler that does so all day',
        input: { [DESTINATIONS('external_destination')]: '0+1x800' },
        at: '182m',
      },
    },
    {
      name: 'KubevigilSuspiciousDestination',
      expr: ruleMatches('kubevigil_outbound_destinations_total', 'connection', ['namespace', 'pod']),
      for: {
        duration: '0s',
        why: 'a connection is over when it is seen; the ten minutes of the expression keep it in sight',
      },
      severity: 'rule',
      summary: `${PLACE}: connected to what the rule {{ $labels.rule }} watches`,
      meaning:
        "A pod, or the host, connected to a mining pool's port, to the cloud's metadata service, or to what another connection rule names.",
      threshold: 'Any match of a rule that is more than information.',
      look: [
        '`cloud_metadata_service`: the credentials of the node may be stolen: look for their use in the audit log of the cloud, and replace them.',
        '`mining_port`: who has the CPU time, and which program opened the connection?',
        'Was a shell or a network tool started in that pod before (`KubevigilSuspiciousExec`)?',
      ],
      harmless: [
        'Agents of the cloud provider ask the metadata service: except their namespace in the condition of a rule of the same name.',
        'Ports that mining pools use are also used by others (5555, 9999).',
      ],
      fires: {
        when: 'a pod asks the metadata service',
        input: {
          [DESTINATIONS('cloud_metadata_service')]: '0x20 1x20',
          [METADATA_RULE]: '1x40',
        },
        at: '8m',
        labels: { ...ON_POD, rule: 'cloud_metadata_service', severity: 'critical', mitre: 'T1552.005' },
        summary: 'shop/web-1 on a: connected to what the rule cloud_metadata_service watches',
      },
      quiet: {
        when: 'a rule that is for information only matches',
        input: {
          [DESTINATIONS('external_destination')]: '0x20 1x20',
          'kubevigil_rule_info{node="a",rule="external_destination",on="connection",severity="info",mitre="T1071"}':
            '1x40',
        },
        at: '8m',
      },
      born: {
        series: DESTINATIONS('cloud_metadata_service'),
        least: 1,
        summary: 'shop/web-1 on a: connected to what the rule cloud_metadata_service watches',
        rules: [METADATA_RULE],
      },
    },
    {
      name: 'KubevigilNewListener',
      expr: `${listening} > ${usual('listening_sockets', 'pod', 'max')}`,
      for: { duration: '2m', why: 'a service that restarts listens on two ports for a moment' },
      severity: 'info',
      technique: 'T1571',
      summary: `${PLACE}: {{ $value }} sockets listen, more than at any time of the day before`,
      meaning:
        'A pod that has been running, or the host, listens on a port that it did not listen on before, as a backdoor does.',
      threshold:
        'More than the most of the day before, for each pod by itself; a new pod has no day before and does not count.',
      look: [
        '`ss -tulnp` in the network namespace of the pod: which port, which program?',
        'An exec in the same minute (`KubevigilSuspiciousExec`, `KubevigilFilelessProcess`).',
      ],
      harmless: [
        'UDP clients hold a socket that counts as listening while they wait for an answer.',
        'Debuggers and port forwarding.',
      ],
      fires: {
        when: 'a pod with one listener has two',
        input: { [LISTENING('web-1')]: '1x240 2x20' },
        at: '64m',
        labels: ON_POD,
        summary: 'shop/web-1 on a: 2 sockets listen, more than at any time of the day before',
      },
      quiet: { when: 'a new pod with two starts', input: { [LISTENING('web-2')]: '_x240 2x20' }, at: '64m' },
    },
    {
      name: 'KubevigilSniffer',
      expr: `${sniffers} > (${usual('network_sniffers', 'pod', 'max')} or 0 * ${sniffers}) and on (cluster, node) ${recorded('network_sniffers', 'node')} offset 40m`,
      for: {
        duration: '5m',
        why: 'a ping, which in small images has a raw socket, and a tcpdump of a colleague are not worth waking anybody',
      },
      severity: 'warning',
      technique: 'T1040',
      summary: `${PLACE}: {{ $value }} packet or raw sockets or promiscuous interfaces, more than at any time of the day before`,
      meaning:
        'Something began to listen to traffic that is not its own, or to make packets of its own: a raw socket is given all packets of its protocol that reach the pod, and can send any.',
      threshold:
        'More than the most of the day before; a new pod counts from 0, since pods have no reason to. For the first 40 minutes of a node nothing is known.',
      look: [
        'Which `kind` of `kubevigil_network_sniffers` rose? `ss -0p` (packet sockets) and `ss -wp` (raw ones) in the network namespace: which program?',
        'Does the pod have NET_RAW, and does it need it?',
      ],
      harmless: [
        'DHCP clients, LLDP agents, systemd-networkd and NetworkManager (ICMPv6), some CNIs and load balancers (keepalived, MetalLB): all day long, so that they do not count as new, but in the half hour after they come.',
        'A ping or tcpdump that runs for long; monitors that ping (smokeping, blackbox exporter).',
      ],
      fires: {
        when: 'a pod opens a packet socket',
        input: { [SNIFFERS]: '0x240 1x60', [KNOWN_NODE]: '0x300' },
        at: '68m',
        labels: ON_POD,
        summary:
          'shop/web-1 on a: 1 packet or raw sockets or promiscuous interfaces, more than at any time of the day before',
      },
      quiet: {
        when: 'a DHCP client that always has one',
        input: { [SNIFFERS]: '1x260', [KNOWN_NODE]: '0x260' },
        at: '64m',
      },
    },
  ],
};
