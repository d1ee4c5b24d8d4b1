{{/*
What counts the replicas: callers and the called by CPU, consumers by the lag of their group. A chart has the one key or
the other, so that no workload is ever counted by both.
*/}}
{{- define "cups.scaler" -}}
{{- if include "cups.isScaled" . -}}
{{- if .top.Values.autoscaling }}{{ include "cups.byCpu" . }}{{ else }}{{ include "cups.byLag" . }}{{ end -}}
{{- end -}}
{{- end }}

{{- define "cups.byCpu" -}}
{{- $scaling := .top.Values.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .service.name }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.targetCpuPercent }}
  behavior:
    scaleDown:
      # A desk's morning comes in waves: what was started stays until the wave has surely gone.
      stabilizationWindowSeconds: 300
{{- end }}

{{/*
One trigger for a service. Replies of agencies are read in a group for each agency; a trigger for each would ask Kafka
hundreds of times a minute, so the bridge follows the group of intake's events alone.
*/}}
{{- define "cups.byLag" -}}
{{- $scaling := .top.Values.keda -}}
{{- $global := .top.Values.global -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    name: {{ .service.name }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: 15
  cooldownPeriod: 300
  triggers:
    - type: kafka
      metadata:
        bootstrapServers: {{ join "," $global.kafka.brokers }}
        consumerGroup: {{ $global.prefix }}{{ .service.consumes.group }}
        topic: {{ $global.prefix }}{{ .service.consumes.topic }}
        lagThreshold: {{ $scaling.lagThreshold | int | quote }}
        offsetResetPolicy: earliest
        # More members of a group than partitions would stand idle.
        allowIdleConsumers: 'false'
        {{- if and $scaling.authentication (include "cups.hasAuthority" $global.kafka.tls) }}
        tls: enable
        sasl: scram_sha512
        {{- end }}
      {{- with $scaling.authentication }}
      authenticationRef:
        # A principal of its own that may describe groups and topics, and nothing else.
        name: {{ . }}
      {{- end }}
{{- end }}
