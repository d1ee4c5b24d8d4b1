{{/*
Autoscaling: servers by CPU, consumers by the lag of their group. A chart has only one of the keys, so that no workload has two
autoscalers.
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
      # Desk load comes in waves, so pods stay until a wave has ended.
      stabilizationWindowSeconds: 300
{{- end }}

{{/*
One trigger per service. The bridge reads replies in a group for each agency; a trigger for each would query Kafka hundreds of times
a minute, so the bridge scales on its group of intake events.
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
        # Group members beyond the number of partitions would be idle.
        allowIdleConsumers: 'false'
        {{- if and $scaling.authentication (include "cups.hasAuthority" $global.kafka.tls) }}
        tls: enable
        sasl: scram_sha512
        {{- end }}
      {{- with $scaling.authentication }}
      authenticationRef:
        # A separate user that may only describe groups and topics.
        name: {{ . }}
      {{- end }}
{{- end }}
